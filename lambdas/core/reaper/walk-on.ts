import type { HasTime } from '../time-limit.ts';
import type { Cursors } from './ports.ts';

const pagesPerRun = 2;

/**
 * Goes on with a slow walk from where the last run left it, a page or two; behind its end it begins again. `look` answers where
 * the next page begins, undefined at the end.
 */
export async function walkOn(
  cursors: Cursors,
  name: string,
  hasTime: HasTime,
  look: (after: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  const begun = await cursors.read(name);
  let after = begun;
  for (let page = 0; page < pagesPerRun && hasTime(); page++) {
    after = await look(after);
    if (after === undefined) break;
  }
  if (after !== begun) await cursors.write(name, after);
}

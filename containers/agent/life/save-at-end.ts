import type { Clock } from '../../../contract/clock.ts';
import type { Home } from '../home/home.ts';

// A minute is what an ending sandbox has, for commands and reports too.
const hurryMs = 40_000;
const lastMs = 50_000;

/** Saves the home before the machine goes: all of it if there is time, otherwise what is stored by then. Never rejects: the home's report says what went wrong. */
export async function saveAtEnd(home: Pick<Home, 'save'>, clock: Clock): Promise<void> {
  const [hurry, over] = [new AbortController(), new AbortController()];
  using _hurry = clock.after(hurryMs, () => hurry.abort());
  using _over = clock.after(lastMs, () => over.abort());
  await home.save({ cause: 'end', hurry: hurry.signal, signal: over.signal }).catch(() => undefined);
}

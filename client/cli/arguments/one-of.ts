import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';

/** The flag's value, if it is one of the known ones. */
export function oneOf<Known extends string>(
  flag: string,
  text: string | undefined,
  known: readonly Known[],
): Known | undefined {
  if (text === undefined) return undefined;
  const found = known.find((word) => word === text);
  if (found !== undefined) return found;
  const near = nearest(text, known);
  const meant = near ? `; did you mean ${near}?` : '';
  throw new UsageError(`--${flag} is "${text}", expected one of ${known.join(', ')}${meant}`);
}

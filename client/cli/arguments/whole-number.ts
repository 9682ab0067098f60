import { UsageError } from '../usage-error.ts';

/** The flag's value as a number of bytes or of things. */
export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new UsageError(`--${flag} is "${text.slice(0, 40)}", expected a whole number`);
  }
  return number;
}

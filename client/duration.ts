import { SandboxError } from '../contract/api/errors.ts';

/**
 * Milliseconds, as this library counts, in the whole seconds of the wire. Throws `invalid_request` for a fraction:
 * nothing is rounded in silence.
 */
export function wholeSeconds(field: string, ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  const seconds = ms / 1_000;
  if (Number.isSafeInteger(seconds)) return seconds;
  throw new SandboxError('invalid_request', `${field} is ${ms}, expected whole seconds in milliseconds, as 90000`, {
    details: { field, value: String(ms), rule: 'a multiple of 1000' },
  });
}

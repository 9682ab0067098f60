import { SandboxError } from '../../../contract/api/errors.ts';
import { secondsLeftOf } from './minute.ts';
import type { Rate } from './ports.ts';

/** Refuses a user that has done so much in this minute; the next one begins when Retry-After says. */
export const rateLimited = (userId: string, rate: Rate, limit: number, nowMs: number): SandboxError =>
  new SandboxError('rate_limited', `${userId} has used its ${limit} ${rate} of this minute`, {
    details: { rule: `expected at most ${limit} ${rate} a minute` },
    retryAfterSeconds: secondsLeftOf(nowMs),
  });

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../contract/clock.ts';
import { sessionLimits } from '../data-channel/pace.ts';

/** The token that opens a session: the newest one, once, and only for a short time. */
export class SessionTokens {
  readonly #clock: Clock;
  #token: Buffer | undefined;
  #expiresAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new token; the one before is worth nothing any more. */
  issue(): string {
    const token = randomBytes(96).toString('base64');
    this.#token = Buffer.from(token);
    this.#expiresAt = this.#clock.now() + sessionLimits.tokenMs;
    return token;
  }

  /** Whether this is the token; if it is, it is used up. */
  redeem(given: string): boolean {
    const bytes = Buffer.from(given);
    const token = this.#token;
    if (!token || this.#clock.now() >= this.#expiresAt) return false;
    if (bytes.length !== token.length || !timingSafeEqual(bytes, token)) return false;
    this.#token = undefined;
    return true;
  }
}

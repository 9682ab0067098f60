import type { Clock } from '../../../../contract/clock.ts';
import type { StorageCredentials } from '../../../../contract/home/credentials.ts';
import { HomeFault } from '../home-fault.ts';

interface Options {
  /** In bounded time. */
  readonly ask: () => Promise<StorageCredentials>;
  readonly clock: Clock;
}

// They last an hour; what has begun with them has this long to end.
const renewBeforeMs = 15 * 60_000;

/** The credentials for the user's part of the bucket. They are nowhere but in this memory, and never in an error. */
export class SessionCredentials {
  readonly #options: Options;
  #kept: StorageCredentials | undefined;
  #asking: Promise<StorageCredentials> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Valid ones, new ones 45 minutes after the last; kept ones rather than none. Rejects with HomeFault `no_credentials`. */
  async get(signal: AbortSignal): Promise<StorageCredentials> {
    signal.throwIfAborted();
    const { clock } = this.#options;
    const leftMs = this.#kept ? Date.parse(this.#kept.expires_at) - clock.now() : 0;
    if (this.#kept && leftMs > renewBeforeMs) return this.#kept;
    // Many wait for one answer: none of them takes it from the others by going.
    this.#asking ??= this.#ask();
    try {
      return await unlessAborted(this.#asking, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (this.#kept && leftMs > 0) return this.#kept;
      throw new HomeFault('no_credentials', 'the control plane gives no credentials for storage', { cause });
    }
  }

  /** Forgets the kept ones: storage refused them. */
  forget(): void {
    this.#kept = undefined;
  }

  // They are kept before anybody can see that nobody asks any more.
  async #ask(): Promise<StorageCredentials> {
    try {
      this.#kept = await this.#options.ask();
      return this.#kept;
    } finally {
      this.#asking = undefined;
    }
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

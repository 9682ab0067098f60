import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';

/** A signal that aborts with `timed_out` after `ms`, or with the reason of the caller's own signal before that. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: Disposable;
  readonly #caller: AbortSignal | undefined;
  readonly #relay = () => this.#controller.abort(this.#caller?.reason);
  /** On the clock it was made with. */
  readonly at: number;

  constructor(clock: Clock, ms: number, what: string, caller?: AbortSignal) {
    this.at = clock.now() + ms;
    this.#caller = caller;
    this.#timer = clock.after(ms, () =>
      this.#controller.abort(new SandboxError('timed_out', `${what} is not done after ${ms} ms`)),
    );
    if (caller?.aborted) this.#relay();
    else caller?.addEventListener('abort', this.#relay, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#caller?.removeEventListener('abort', this.#relay);
  }
}

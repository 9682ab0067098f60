import type { HelperCall } from './helper-call.ts';
import { HelperProcess, type HelperTools } from './helper-process.ts';
import type { HelperInputs, HelperOperation } from './wire/operations.ts';

/** How long a helper is kept that nobody asks anything. */
const idleMs = 60_000;

/** A helper when there is something to do, a new one where the last was lost, none after a minute of idleness. */
export class HelperPool implements AsyncDisposable {
  readonly #tools: HelperTools;
  #helper: HelperProcess | undefined;
  #users = 0;
  #idle: Disposable | undefined;

  constructor(tools: HelperTools) {
    this.#tools = tools;
  }

  /**
   * Asks the helper something for as long as `use` runs, or until the signal aborts. Rejects as `use` does.
   */
  async use<O extends HelperOperation, T>(
    operation: O,
    input: HelperInputs[O],
    use: (call: HelperCall) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    this.#idle?.[Symbol.dispose]();
    if (!this.#helper || this.#helper.isDead) this.#helper = new HelperProcess(this.#tools);
    this.#users++;
    try {
      using call = this.#helper.open(operation, input);
      using _ = whenAborted(signal, () => call[Symbol.dispose]());
      return await use(call);
    } finally {
      if (--this.#users === 0) this.#idle = this.#tools.clock.after(idleMs, () => this.#release());
    }
  }

  /** Ends the helper at once; fulfils when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle?.[Symbol.dispose]();
    const helper = this.#helper;
    this.#helper = undefined;
    helper?.kill(new Error('the sandbox is ending'));
    await helper?.ended;
  }

  #release(): void {
    this.#helper?.end();
    this.#helper = undefined;
  }
}

function whenAborted(signal: AbortSignal | undefined, run: () => void): Disposable {
  if (signal?.aborted) run();
  signal?.addEventListener('abort', run, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', run) };
}

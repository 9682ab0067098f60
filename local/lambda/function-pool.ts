import { type Clock, systemClock } from '../../contract/clock.ts';
import { Environment, type EnvironmentSpec } from './environment.ts';
import { InvocationRefused } from './function-error.ts';
import type { FunctionFaults } from './function-faults.ts';
import type { FunctionResponse } from './function-response.ts';

export interface PoolLimits {
  /** Environments of one function; each answers one event at a time. */
  readonly environments: number;
  /** Events that may wait for one. */
  readonly queued: number;
  /** How long an environment waits for an event before it is ended. */
  readonly idleMs: number;
}

export interface PoolSpec extends Omit<EnvironmentSpec, 'coldStartMs' | 'onWaiting' | 'onExit'> {
  readonly limits: PoolLimits;
  readonly faults: FunctionFaults;
}

interface Queued {
  readonly event: Uint8Array;
  readonly resolve: (response: Promise<FunctionResponse>) => void;
  readonly reject: (error: Error) => void;
}

// Whoever calls again at once meets a function that has answered and is about to wait: it is worth waiting for.
const finishingMs = 50;

/** The environments of one function: made when they are needed, the one used last is used next. */
export class FunctionPool implements AsyncDisposable {
  readonly #spec: PoolSpec;
  readonly #clock: Clock;
  readonly #all = new Set<Environment>();
  /** Frozen ones, the one used last at the end. */
  readonly #waiting: Environment[] = [];
  readonly #queue: Queued[] = [];
  #sweep: Disposable | undefined;
  #stopped = false;

  constructor(spec: PoolSpec) {
    this.#spec = spec;
    this.#clock = spec.clock;
    this.#armSweep();
  }

  /** Events that are worked on or wait. */
  get busy(): number {
    return this.#all.size - this.#waiting.length + this.#queue.length;
  }

  /** Answers an event. Rejects with FunctionError or InvocationRefused. */
  invoke(event: Uint8Array): Promise<FunctionResponse> {
    if (this.#stopped) return Promise.reject(new InvocationRefused('stopped', 'the service is stopping'));
    const { environments, queued } = this.#spec.limits;
    const waiting = this.#takeWaiting();
    if (waiting) return this.#run(waiting, event);
    const mayStart = this.#all.size < environments;
    const isFinishing = Array.from(this.#all).some((environment) => environment.isFinishing);
    if (mayStart && !isFinishing) return this.#run(this.#start(), event);
    if (!mayStart && this.#queue.length >= queued) {
      const message = `${this.#spec.functionName} has ${environments} environments busy and ${queued} events waiting`;
      return Promise.reject(new InvocationRefused('throttled', message));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ event, resolve, reject });
      if (mayStart) systemClock.after(finishingMs, () => this.#startForQueue());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#sweep?.[Symbol.dispose]();
    for (const { reject } of this.#queue.splice(0)) reject(new InvocationRefused('stopped', 'the service is stopping'));
    await Promise.all(Array.from(this.#all, (environment) => environment[Symbol.asyncDispose]()));
  }

  /** The one used last, unless it was lost in its sleep and has yet to be heard of. */
  #takeWaiting(): Environment | undefined {
    let waiting = this.#waiting.pop();
    while (waiting?.isGone) waiting = this.#waiting.pop();
    return waiting;
  }

  #run(environment: Environment, event: Uint8Array): Promise<FunctionResponse> {
    return environment.invoke(event, this.#spec.faults.lossMs('working'));
  }

  #start(): Environment {
    // An environment first waits when it has loaded, with the event it was started for on its way.
    let loaded = false;
    const environment = new Environment({
      ...this.#spec,
      coldStartMs: this.#spec.faults.coldStartMs,
      onWaiting: (waiting) => {
        if (loaded) this.#onWaiting(waiting);
        loaded = true;
      },
      onExit: (gone) => this.#onExit(gone),
    });
    this.#all.add(environment);
    return environment;
  }

  #onWaiting(environment: Environment): void {
    const next = this.#queue.shift();
    if (next) {
      next.resolve(this.#run(environment, next.event));
    } else {
      environment.freeze(this.#spec.faults.lossMs('frozen'));
      this.#waiting.push(environment);
    }
  }

  #onExit(environment: Environment): void {
    this.#all.delete(environment);
    const index = this.#waiting.indexOf(environment);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#startForQueue();
  }

  #startForQueue(): void {
    if (this.#stopped || this.#all.size >= this.#spec.limits.environments) return;
    const next = this.#queue.shift();
    next?.resolve(this.#run(this.#start(), next.event));
  }

  #armSweep(): void {
    const { idleMs } = this.#spec.limits;
    this.#sweep = this.#clock.after(idleMs / 2, () => {
      const oldest = this.#clock.now() - idleMs;
      for (const environment of this.#waiting.filter(({ waitingSince }) => waitingSince <= oldest)) {
        this.#waiting.splice(this.#waiting.indexOf(environment), 1);
        void environment[Symbol.asyncDispose]();
      }
      this.#armSweep();
    });
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../contract/clock.ts';
import { dieWithParent } from './die-with-parent.ts';
import { FunctionError } from './function-error.ts';
import type { FunctionResponse } from './function-response.ts';
import { lambdaLimits } from './limits.ts';
import { logLines } from './log-lines.ts';
import { RuntimeApi } from './runtime-api.ts';

export interface EnvironmentSpec {
  readonly functionName: string;
  readonly functionArn: string;
  readonly timeoutSeconds: number;
  /** The program that loads the function: the bundle of `runtime.ts`. */
  readonly runtime: string;
  /** Everything the process finds in its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the first event waits for beyond the time that loading takes. */
  readonly coldStartMs: number;
  readonly clock: Clock;
  readonly onLog: (line: string) => void;
  /** Runs each time the function waits for an event. */
  readonly onWaiting: (environment: Environment) => void;
  /** Runs once, when the process is gone. */
  readonly onExit: (environment: Environment) => void;
}

/** One process with one function in it: answers one event at a time and is frozen in between. */
export class Environment implements AsyncDisposable {
  readonly #spec: EnvironmentSpec;
  readonly #process: ChildProcess;
  readonly #api: RuntimeApi;
  readonly #exited: Promise<unknown>;
  readonly #ready = Promise.withResolvers<void>();
  #timer: Disposable | undefined;
  /** Armed while the environment is going to be lost. */
  #loss: Disposable | undefined;
  #isCold = true;
  #failure: FunctionError | undefined;
  #isKilled = false;
  #answered = false;
  /** By the clock; when the function last began to wait. */
  waitingSince = 0;

  constructor(spec: EnvironmentSpec) {
    this.#spec = spec;
    const [program = '', ...args] = dieWithParent([process.execPath, '--enable-source-maps', spec.runtime]);
    this.#process = spawn(program, args, {
      env: spec.variables,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A Ctrl-C at the terminal is for the service, which needs its functions until it has stopped.
      detached: true,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      const lines = logLines(spec.onLog);
      stream?.on('data', lines.push).on('end', lines.end);
    }
    this.#ready.promise.catch(() => undefined);
    this.#exited = once(this.#process, 'exit').then(
      ([code, signal]) => this.#onExit(`the process ended with ${signal ?? `exit code ${code}`}`),
      (cause: Error) => this.#onExit('the process did not start', cause),
    );
    this.#api = new RuntimeApi(this.#process.stdio[3] as Duplex, {
      onAnswered: () => {
        this.#answered = true;
      },
      onWaiting: () => this.#onWaiting(),
      onInitError: (error) => this.#ready.reject(error),
    });
    // Loading a program takes this machine's time, however fast the clock runs.
    this.#timer = systemClock.after(lambdaLimits.initSeconds * 1_000, () => this.#timeOut(lambdaLimits.initSeconds));
  }

  /** Whether the process is gone, or killed and about to be. */
  get isGone(): boolean {
    return this.#isKilled || this.#failure !== undefined;
  }

  /** Whether the function has answered and will soon wait for the next event. */
  get isFinishing(): boolean {
    return this.#answered;
  }

  /**
   * Answers an event, after the function has loaded. Rejects with FunctionError. With `loseAfterMs` the environment is lost
   * when it still works on the event after that long.
   */
  async invoke(event: Uint8Array, loseAfterMs?: number): Promise<FunctionResponse> {
    this.#loss?.[Symbol.dispose]();
    await this.#ready.promise;
    const { functionArn, timeoutSeconds, clock, coldStartMs } = this.#spec;
    if (this.#isCold && coldStartMs > 0) await clock.sleep(coldStartMs);
    this.#isCold = false;
    if (this.#failure) throw this.#failure;
    this.#loseAfter(loseAfterMs);
    this.#timer = clock.after(timeoutSeconds * 1_000, () => this.#timeOut(timeoutSeconds));
    this.#process.kill('SIGCONT');
    const deadlineMs = clock.now() + timeoutSeconds * 1_000;
    return this.#api.invoke({ requestId: randomUUID(), event, functionArn, deadlineMs });
  }

  /** Stops the process between two events; `invoke` lets it go on. With `loseAfterMs` it is lost unless that comes first. */
  freeze(loseAfterMs?: number): void {
    this.#process.kill('SIGSTOP');
    this.#loseAfter(loseAfterMs);
  }

  /** Ends the process at once, frozen or not. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#exited;
  }

  #loseAfter(ms: number | undefined): void {
    this.#loss = ms === undefined ? undefined : this.#spec.clock.after(ms, () => this.#kill());
  }

  #kill(): void {
    this.#isKilled = true;
    this.#process.kill('SIGKILL');
  }

  #onWaiting(): void {
    this.#answered = false;
    this.#timer?.[Symbol.dispose]();
    this.#loss?.[Symbol.dispose]();
    this.waitingSince = this.#spec.clock.now();
    this.#ready.resolve();
    this.#spec.onWaiting(this);
  }

  #timeOut(seconds: number): void {
    this.#end(new FunctionError('Sandbox.Timedout', `${this.#spec.functionName} timed out after ${seconds} seconds`));
    this.#kill();
  }

  #onExit(reason: string, cause?: Error): void {
    this.#timer?.[Symbol.dispose]();
    this.#loss?.[Symbol.dispose]();
    this.#end(new FunctionError('Runtime.ExitError', `${this.#spec.functionName}: ${reason}`, { cause }));
    this.#spec.onExit(this);
  }

  #end(error: FunctionError): void {
    this.#failure ??= error;
    this.#ready.reject(error);
    this.#api.fail(error);
  }
}

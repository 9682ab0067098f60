import type * as z from 'zod';
import type { SendSignal } from '../../../../contract/api/commands/command-control.ts';
import type { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import { type Clock, systemClock } from '../../../../contract/clock.ts';
import type { LeaderExit } from '../launch/launch.ts';
import { countOomKills } from './out-of-memory.ts';
import { graceMs, type Selection, type Sight, signalOnce, terminate } from './terminate.ts';

/** How a command ended, in the words of its outcome. */
export type End = Pick<CommandOutcome, 'outcome' | 'exit_code' | 'signal'>;

interface Options {
  readonly clock: Clock;
  /** All that the command has started. */
  readonly selection: Selection;
  readonly sight?: Sight;
  /** How long the kernel takes to tell of an end is up to the machine. @default systemClock */
  readonly machineClock?: Clock;
  readonly oomKills?: () => number;
}

// Whoever traces a process hears of its end first, and may keep it to itself.
const untoldMs = 2_000;

// What a shell says of a child that SIGKILL ended.
const killedChildCode = 128 + 9;

/** What is done to end a command, and what its end is called because of that. */
export class CommandEnd {
  /** Fulfils when the kernel can't end the command, or doesn't tell of its end, so that nobody can wait for it. */
  readonly abandoned: Promise<LeaderExit>;
  readonly #options: Required<Options>;
  readonly #abandon: (exit: LeaderExit) => void;
  readonly #oomKills: number;
  readonly #sent = new Set<NodeJS.Signals>();
  #killing: Promise<void> | undefined;
  #escalation:
    | { readonly dueMs: number; readonly timer: Disposable; readonly over: PromiseWithResolvers<void> }
    | undefined;
  #limit: Disposable | undefined;
  #untold: Disposable | undefined;
  #termination: { readonly outcome: 'timed_out' | 'killed'; readonly done: Promise<unknown> } | undefined;
  #hasExited = false;

  constructor(options: Options) {
    this.#options = { sight: {}, machineClock: systemClock, oomKills: countOomKills, ...options };
    const { promise, resolve } = Promise.withResolvers<LeaderExit>();
    this.abandoned = promise;
    this.#abandon = resolve;
    this.#oomKills = this.#options.oomKills();
  }

  /** Ends the command as `timed_out` after so many seconds. */
  limit(seconds: number): void {
    const { clock, selection, sight } = this.#options;
    const end = () => terminate(selection, clock, graceMs, sight);
    this.#limit = clock.after(seconds * 1000, () => this.#endBy('timed_out', end));
  }

  /** Says that its processes are being ended: unless its leader has gone already, it was `killed`. */
  endedBy(termination: Promise<number>): void {
    this.#endBy('killed', () => termination);
  }

  /** Sends a signal to everything of the command, and SIGKILL to what is left of it later, if asked for. */
  signal({ signal, escalate_after_ms: escalateAfterMs }: z.infer<typeof SendSignal>): void {
    this.#sent.add(signal);
    if (signal === 'SIGKILL') void this.#kill();
    else signalOnce(this.#options.selection, signal, this.#options.sight);
    if (escalateAfterMs !== undefined) this.#escalate(escalateAfterMs);
  }

  /** The leader has gone: what is done from here on is not why. Fulfils when nothing is under way that ends the rest. */
  async exited(): Promise<void> {
    this.#hasExited = true;
    this.#limit?.[Symbol.dispose]();
    // A thousand ended commands are remembered.
    this.#limit = undefined;
    this.#untold?.[Symbol.dispose]();
    await this.#termination?.done;
  }

  /** Fulfils when no signal is to come any more. */
  async settled(): Promise<void> {
    await this.#escalation?.over.promise;
    await this.#killing;
  }

  /** What the leader's end is called. */
  endOf({ code, signal }: LeaderExit): End {
    const outcome = this.#termination?.outcome;
    if (outcome) return { outcome, exit_code: null, signal: signal ?? 'SIGTERM' };
    if (signal && this.#sent.has(signal)) return { outcome: 'killed', exit_code: null, signal };
    const wasKilled = signal === 'SIGKILL' || code === killedChildCode;
    if (wasKilled && !this.#sent.has('SIGKILL') && this.#options.oomKills() > this.#oomKills) {
      return { outcome: 'out_of_memory', exit_code: null, signal: 'SIGKILL' };
    }
    return signal
      ? { outcome: 'signaled', exit_code: null, signal }
      : { outcome: 'exited', exit_code: code, signal: null };
  }

  // The leader's own end comes first: a command that has just ended did not time out.
  #endBy(outcome: 'timed_out' | 'killed', termination: () => Promise<number>): void {
    if (this.#hasExited || this.#termination) return;
    const done = termination().then((left) => this.#expectEnd(left));
    this.#termination = { outcome, done };
  }

  // Of several, the one that comes first is the one that counts.
  #escalate(ms: number): void {
    const { clock } = this.#options;
    const dueMs = clock.now() + ms;
    if (this.#escalation && this.#escalation.dueMs <= dueMs) return;
    this.#escalation?.timer[Symbol.dispose]();
    const over = this.#escalation?.over ?? Promise.withResolvers<void>();
    const timer = clock.after(ms, () => {
      this.#sent.add('SIGKILL');
      this.#escalation = undefined;
      void this.#kill().then(over.resolve);
    });
    this.#escalation = { dueMs, timer, over };
  }

  #kill(): Promise<void> {
    const { selection, clock, sight } = this.#options;
    this.#killing ??= terminate(selection, clock, 0, sight).then((left) => {
      this.#killing = undefined;
      this.#expectEnd(left);
    });
    return this.#killing;
  }

  /** So many of its processes were left when they had been ended. */
  #expectEnd(left: number): void {
    const abandon = () => this.#abandon({ code: null, signal: 'SIGKILL' });
    if (left > 0) abandon();
    else if (!this.#hasExited) this.#untold ??= this.#options.machineClock.after(untoldMs, abandon);
  }
}

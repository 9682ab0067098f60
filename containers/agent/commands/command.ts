import type { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { CommandAudit, OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { CommandOutcome } from '../../../contract/api/command-result.ts';
import type { Clock } from '../../../contract/clock.ts';
import { type LaunchTools, type Leader, type LeaderExit, launch } from './launch/launch.ts';
import type { Marks } from './launch/marks.ts';
import type { Process } from './launch/processes.ts';
import { Listeners } from './listeners.ts';
import { collect } from './output/collect.ts';
import type { DiskBudget } from './output/disk-budget.ts';
import { Excerpt } from './output/excerpt.ts';
import { Spool } from './output/spool.ts';
import { terminate } from './terminate/terminate.ts';

/** A command with every choice made; see `prepareCommand`. */
export interface CommandSpec {
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Buffer | undefined;
  /** Null: it may run as long as the sandbox does. */
  readonly timeoutSeconds: number | null;
  /** Who runs it, where no function has seen that. */
  readonly audit?: CommandAudit | undefined;
}

export interface CommandTools extends LaunchTools {
  readonly clock: Clock;
  readonly marks: Marks;
  readonly budget: DiskBudget;
  /** The most a stream keeps. */
  readonly spoolBytes: number;
}

type End = Pick<CommandOutcome, 'outcome' | 'exit_code' | 'signal'>;
type Ending = 'timed_out' | 'killed';

/** One command, from its start until it is forgotten. */
export class Command {
  readonly id: string;
  readonly mark: number;
  readonly stdout: Spool;
  readonly stderr: Spool;
  /** Fulfils with the outcome, once: when the leader is gone and its output is drained. */
  readonly ended: Promise<CommandOutcome>;
  /** Told when there is more output, and when it has ended. */
  readonly changes = new Listeners();
  readonly #cwd: string;
  readonly #audit: CommandAudit | undefined;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #excerpts = { stdout: new Excerpt(), stderr: new Excerpt() };
  readonly #abandoned = Promise.withResolvers<LeaderExit>();
  #exitedMs: number | undefined;
  #termination: { readonly outcome: Ending; readonly done: Promise<unknown> } | undefined;
  #end: End | undefined;

  private constructor(spec: CommandSpec, mark: number, leader: Leader, tools: CommandTools) {
    const bounds = { maxBytes: tools.spoolBytes };
    const spool = (name: string) =>
      new Spool(join(tools.folder, `${spec.id}-${mark}-${name}`), bounds, tools.budget, () => this.changes.tell());
    this.id = spec.id;
    this.mark = mark;
    this.#cwd = spec.cwd;
    this.#audit = spec.audit;
    this.#clock = tools.clock;
    this.#startedMs = tools.clock.now();
    this.stdout = spool('stdout');
    this.stderr = spool('stderr');
    this.ended = this.#live(leader, spec.timeoutSeconds, tools.marks);
  }

  /** Starts it. Rejects as `launch` does. */
  static async start(spec: CommandSpec, tools: CommandTools): Promise<Command> {
    const mark = tools.marks.take();
    try {
      return new Command(spec, mark, await launch({ ...spec, mark }, spec.stdin, tools), tools);
    } catch (cause) {
      tools.marks.release(mark);
      throw cause;
    }
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** How it stands. */
  get outcome(): CommandOutcome {
    return {
      command_id: this.id,
      ...(this.#end ?? { outcome: 'running', exit_code: null, signal: null }),
      stdout_bytes: this.stdout.produced,
      stderr_bytes: this.stderr.produced,
      cwd: this.#cwd,
      started_at: new Date(this.#startedMs).toISOString(),
      duration_ms: Math.max(0, (this.#exitedMs ?? this.#clock.now()) - this.#startedMs),
    };
  }

  /** The outcome with the first and last bytes of its output. */
  get report(): OutcomeReport {
    const { stdout, stderr } = this.#excerpts;
    const audit = this.#audit && { audit: this.#audit };
    return { ...this.outcome, stdout: stdout.report(), stderr: stderr.report(), ...audit };
  }

  /** The first and last bytes of what it printed, for a person. */
  get excerpt(): string {
    return [this.#excerpts.stdout.text(), this.#excerpts.stderr.text()].filter(Boolean).join('\n');
  }

  /** Says that its processes are being ended: unless its leader has gone already, it was `killed`. */
  endedBy(termination: Promise<number>): void {
    this.#endBy('killed', () => termination);
  }

  /** Forgets its output. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.stdout[Symbol.asyncDispose](), this.stderr[Symbol.asyncDispose]()]);
  }

  async #live(leader: Leader, timeoutSeconds: number | null, marks: Marks): Promise<CommandOutcome> {
    const exit = Promise.race([leader.exited, this.#abandoned.promise]).then((how) => {
      this.#exitedMs = this.#clock.now();
      return how;
    });
    const sources = [
      { reader: leader.stdout, spool: this.stdout, excerpt: this.#excerpts.stdout },
      { reader: leader.stderr, spool: this.stderr, excerpt: this.#excerpts.stderr },
    ];
    using _ = this.#limit(timeoutSeconds);
    // What carries the mark may write until it is gone, so the pipes are drained from then on.
    const over = exit.then(() => this.#termination?.done);
    await collect(sources, over, this.#clock);
    this.#end = this.#endOf(await exit);
    marks.release(this.mark);
    this.changes.tell();
    return this.outcome;
  }

  #limit(timeoutSeconds: number | null): Disposable | undefined {
    if (timeoutSeconds === null) return undefined;
    const marked = ({ groups }: Process) => groups.includes(this.mark);
    return this.#clock.after(timeoutSeconds * 1000, () =>
      this.#endBy('timed_out', () => terminate(marked, this.#clock)),
    );
  }

  // The leader's own end comes first: a command that has just ended did not time out.
  #endBy(outcome: Ending, termination: () => Promise<number>): void {
    if (this.#exitedMs !== undefined || this.#termination) return;
    const done = termination().then((left) => {
      // The kernel can't end it, so nobody can wait for it.
      if (left > 0) this.#abandoned.resolve({ code: null, signal: 'SIGKILL' });
    });
    this.#termination = { outcome, done };
  }

  #endOf({ code, signal }: LeaderExit): End {
    const outcome = this.#termination?.outcome;
    if (outcome) return { outcome, exit_code: null, signal: signal ?? 'SIGTERM' };
    return signal
      ? { outcome: 'signaled', exit_code: null, signal }
      : { outcome: 'exited', exit_code: code, signal: null };
  }
}

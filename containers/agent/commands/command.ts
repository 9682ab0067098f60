import type { Socket } from 'node:net';
import type * as z from 'zod';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { SendSignal, StdinState, WriteStdin } from '../../../contract/api/commands/command-control.ts';
import type { CommandInfo } from '../../../contract/api/commands/command-info.ts';
import type { TerminalSize } from '../../../contract/api/commands/command-input.ts';
import type { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { CommandSpec } from './command-spec.ts';
import { CommandInput } from './input/command-input.ts';
import { type LaunchTools, type Leader, launch, launchError } from './launch/launch.ts';
import type { Marks } from './launch/marks.ts';
import type { Process } from './launch/processes.ts';
import { StateFile } from './launch/state-file.ts';
import { Listeners } from './listeners.ts';
import type { DiskBudget } from './output/disk-budget.ts';
import { Output } from './output/output.ts';
import { parseSessionState, type SessionState, sessionStateBytes } from './sessions/session-state.ts';
import type { SessionTurn } from './sessions/sessions.ts';
import { CommandEnd, type End } from './terminate/command-end.ts';

export interface CommandTools extends LaunchTools {
  readonly clock: Clock;
  readonly marks: Marks;
  readonly budget: DiskBudget;
  /** The most a stream keeps. */
  readonly spoolBytes: number;
}

/** One command, from its start until it is forgotten. */
export class Command {
  readonly id: string;
  readonly mark: number;
  readonly output: Output;
  /** Fulfils with the outcome, once: when the leader is gone and its output is drained. */
  readonly ended: Promise<CommandOutcome>;
  /** Told when there is more output, and when it has ended. */
  readonly changes = new Listeners();
  readonly user: 'agent' | 'root';
  readonly #about: Pick<CommandInfo, 'command' | 'cwd' | 'tty' | 'session'>;
  readonly #told: Pick<OutcomeReport, 'audit' | 'order_hash' | 'keep_output'>;
  readonly #pid: number;
  readonly #marks: Marks;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #input: CommandInput | undefined;
  readonly #wishes: Socket | undefined;
  readonly #ending: CommandEnd;
  #exitedMs: number | undefined;
  #end: End | undefined;
  #released = false;

  // What is large of an order is not kept: a thousand ended commands are remembered.
  private constructor(
    spec: CommandSpec,
    mark: number,
    leader: Leader,
    state: StateFile | undefined,
    tools: CommandTools,
  ) {
    const { clock, marks } = tools;
    this.id = spec.id;
    this.mark = mark;
    this.user = spec.user ?? 'agent';
    this.#about = {
      command: spec.text ?? spec.argv.join(' ').slice(0, limits.commandTextLength),
      cwd: spec.cwd,
      tty: spec.tty !== undefined,
      session: spec.session?.name ?? null,
    };
    this.#told = {
      ...(spec.audit && { audit: spec.audit }),
      ...(spec.orderHash !== undefined && { order_hash: spec.orderHash }),
      ...(spec.keepsOutput && { keep_output: true }),
    };
    this.#pid = leader.pid;
    this.#marks = marks;
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.output = new Output({ ...tools, name: `${spec.id}-${mark}`, changed: () => this.changes.tell() });
    this.#input = leader.stdin && new CommandInput(leader.stdin, spec.stdin);
    this.#wishes = leader.wishes?.on('error', () => {}); // The terminal's program has gone; its exit says so.
    this.#ending = new CommandEnd({
      clock,
      selection: (candidate) => this.owns(candidate),
      sight: { leaders: () => this.leaders },
    });
    if (spec.timeoutSeconds !== null) this.#ending.limit(spec.timeoutSeconds);
    this.ended = this.#live(leader, state, spec.session);
  }

  /** Starts it. Rejects as `launch` does. */
  static async start(spec: CommandSpec, tools: CommandTools): Promise<Command> {
    const mark = tools.marks.take();
    using undo = new DisposableStack();
    undo.defer(() => tools.marks.release(mark));
    const state = spec.tellsState ? undo.use(openState(tools.folder)) : undefined;
    const descriptors = state ? [state.writing] : [];
    const leader = await launch({ ...spec, mark, descriptors }, tools);
    undo.move();
    return new Command(spec, mark, leader, state, tools);
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether what it prints is to outlive the sandbox. */
  get keepsOutput(): boolean {
    return this.#told.keep_output === true;
  }

  /** Where it was started. */
  get cwd(): string {
    return this.#about.cwd;
  }

  /** How it stands. */
  get outcome(): CommandOutcome {
    const { stdout, stderr } = this.output;
    return {
      command_id: this.id,
      ...(this.#end ?? { outcome: 'running', exit_code: null, signal: null }),
      stdout_bytes: stdout.produced,
      stderr_bytes: stderr.produced,
      cwd: this.#about.cwd,
      started_at: new Date(this.#startedMs).toISOString(),
      duration_ms: Math.max(0, (this.#exitedMs ?? this.#clock.now()) - this.#startedMs),
    };
  }

  /** How it stands, with what it is and what of its output is still kept. */
  get info(): CommandInfo {
    return {
      ...this.outcome,
      ...this.#about,
      user: this.user,
      stdout_first_available: this.output.stdout.firstAvailable,
      stderr_first_available: this.output.stderr.firstAvailable,
    };
  }

  /** The outcome with what outlives the sandbox: how it was run, and the first and last bytes of its output. */
  get report(): OutcomeReport {
    const { stdout, stderr } = this.output.excerpts;
    const { tty, session } = this.#about;
    return {
      ...this.outcome,
      tty,
      session,
      user: this.user,
      stdout: stdout.report(),
      stderr: stderr.report(),
      ...this.#told,
    };
  }

  /** Whether a process was started by it, or is about to become it. */
  owns({ pid, groups }: Process): boolean {
    // A mark that was given back may be another's by now, whose processes are not this one's to end.
    if (groups.includes(this.mark)) return !this.#released || !this.#marks.isTaken(this.mark);
    return pid === this.#pid && this.#exitedMs === undefined;
  }

  /** The process group of its first process, while that is there. */
  get leaders(): readonly number[] {
    return this.#exitedMs === undefined ? [this.#pid] : [];
  }

  /** Writes to its standard input. Throws as `CommandInput.write` does, and `conflict` where the input isn't open at all. */
  writeStdin(written: z.infer<typeof WriteStdin>): z.infer<typeof StdinState> {
    if (!this.#input) throw conflict('the command was started without an open standard input');
    return this.#input.write(written);
  }

  /** Sends a signal to everything it has started, also after its own end. */
  signal(order: z.infer<typeof SendSignal>): void {
    this.#ending.signal(order);
  }

  /** Sets the size of its terminal. Throws `conflict` where it has none, or none any more. */
  resize({ rows, cols }: TerminalSize): void {
    const wishes = this.#wishes;
    if (!wishes) throw conflict('the command has no terminal');
    if (!wishes.writable || wishes.writableNeedDrain) throw conflict('the terminal of the command no longer answers');
    wishes.write(`${rows} ${cols}\n`);
  }

  /** Says that its processes are being ended: unless its leader has gone already, it was `killed`. */
  endedBy(termination: Promise<number>): void {
    this.#ending.endedBy(termination);
  }

  /** Forgets its output. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.output[Symbol.asyncDispose]();
  }

  async #live(leader: Leader, state: StateFile | undefined, session: SessionTurn | undefined): Promise<CommandOutcome> {
    const exit = Promise.race([leader.exited, this.#ending.abandoned]).then((how) => {
      this.#exitedMs = this.#clock.now();
      return how;
    });
    // What carries the mark may write until it is gone, so the pipes are drained from then on.
    const over = exit.then(() => this.#ending.exited());
    await this.output.collect(leader, over, this.#clock);
    this.#end = this.#ending.endOf(await exit);
    this.#input?.[Symbol.dispose]();
    this.#wishes?.destroy();
    session?.end(this.#end.outcome === 'exited' ? state && readState(state) : undefined);
    state?.[Symbol.dispose]();
    void this.#ending.settled().then(() => this.#release());
    this.changes.tell();
    return this.outcome;
  }

  #release(): void {
    this.#released = true;
    this.#marks.release(this.mark);
  }
}

const conflict = (message: string): AgentError =>
  new AgentError('conflict', message, { details: { rule: 'expected a command that was started for this' } });

function readState(file: StateFile): SessionState | undefined {
  const told = file.read(3 * sessionStateBytes);
  return told && parseSessionState(told);
}

function openState(folder: string): StateFile {
  try {
    return new StateFile(folder);
  } catch (cause) {
    throw launchError(cause);
  }
}

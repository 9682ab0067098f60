import { once } from 'node:events';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../contract/clock.ts';
import type { Machine } from '../../engines/engine.ts';
import { type Pace, sessionLimits } from '../data-channel/pace.ts';
import type { FrameFault } from '../hazards/frame-faults.ts';
import { SessionRelay } from './session-relay.ts';
import { SessionTokens } from './session-tokens.ts';
import { SessionWorker } from './session-worker.ts';
import { splitCommand } from './split-command.ts';

export interface ExecSessionOptions {
  readonly id: string;
  readonly machine: Machine;
  readonly command: string;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly fault: FrameFault;
  readonly endOvertakesOutput: boolean;
}

/** What the exec agent looks up in Parameter Store before it runs the command. */
const parameter = /\{\{ *ssm:[/\w.:-]+ *\}\}/;

interface CommandEnd {
  /** What the client is told. */
  readonly output: string;
  /** Whether the client had acknowledged everything. */
  readonly isHeard: boolean;
}

/** One session: a client that comes and goes, and the agent's worker once it has a slot. */
export class ExecSession {
  readonly id: string;
  readonly machine: Machine;
  readonly tokens: SessionTokens;
  readonly #options: ExecSessionOptions;
  readonly #over = new AbortController();
  readonly #relay: SessionRelay;
  #worker: SessionWorker | undefined;
  #lastUsedAt: number;
  #idleTimer: Disposable | undefined;

  constructor(options: ExecSessionOptions) {
    const { id, machine, clock, fault, endOvertakesOutput } = options;
    this.id = id;
    this.machine = machine;
    this.#options = options;
    this.tokens = new SessionTokens(clock);
    this.#relay = new SessionRelay({
      sessionId: id,
      clock,
      fault,
      endOvertakesOutput,
      onUsed: () => {
        this.#lastUsedAt = clock.now();
      },
    });
    this.#lastUsedAt = clock.now();
    this.#watchIdle(sessionLimits.idleMs);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Over, and nobody can come any more to hear how it ended. */
  get isForgotten(): boolean {
    return this.isOver && !this.#relay.hasLastWord;
  }

  /** A client whose token was good; one that was there before is put out. */
  connect(socket: WebSocket): void {
    this.#relay.connect(socket);
  }

  /** The agent's part, for as long as it keeps its slot. Never rejects: why a command can't run is told to the client. */
  async run(): Promise<void> {
    const { clock, pace } = this.#options;
    const { output, isHeard } = await this.#runCommand().catch((error: Error) => ({
      // Nobody hears of a session that was ended from outside while it waited.
      output: this.isOver ? '' : `\n----------ERROR-------\nUnable to start command: ${error.message}\n\n`,
      isHeard: true,
    }));
    this.end(output);
    const releaseMs = pace.slotReleaseMs + (isHeard ? 0 : sessionLimits.unacknowledgedSlotMs);
    if (releaseMs > 0) await clock.sleep(releaseMs);
  }

  /** Ends the session, whatever it was doing; `output` is the last word to the client. A second time changes nothing. */
  end(output = ''): void {
    if (this.isOver) return;
    this.#over.abort();
    this.#idleTimer?.[Symbol.dispose]();
    this.#worker?.[Symbol.dispose]();
    this.#relay.end(output);
  }

  async #runCommand(): Promise<CommandEnd> {
    const { clock, pace, command, machine } = this.#options;
    const signal = this.#over.signal;
    const failed = (output: string): CommandEnd => ({ output, isHeard: true });
    await clock.sleep(pace.workerStartMs, signal);
    if (command.trim() === '') return failed('Commands cannot be empty for session type InteractiveCommands');
    // A task's role can't read parameters, and of that failure nobody ever hears.
    if (parameter.test(command)) {
      await once(signal, 'abort');
      signal.throwIfAborted();
    }
    const words = await this.#split(command);
    if (words.length === 0) {
      await clock.sleep(sessionLimits.deadWorkerMs, signal);
      return failed('document process failed unexpectedly: document worker exited without a result');
    }
    const worker = new SessionWorker({
      clock,
      pace,
      openTerminal: () => machine.openTerminal(words),
      transmit: (frame) => this.#relay.fromAgent(frame),
      onBusy: (isBusy) => this.#relay.setBusy(isBusy),
    });
    this.#worker = worker;
    this.#relay.connectWorker(worker);
    const isHeard = await worker.run(signal);
    // Of a session that was ended from outside nobody's acknowledgement is waited for.
    return { output: '', isHeard: isHeard || this.isOver };
  }

  async #split(command: string): Promise<string[]> {
    try {
      if (command.includes('\0')) throw new Error('invalid argument');
      return splitCommand(command);
    } catch (error) {
      await this.#options.clock.sleep(this.#options.pace.startFailureMs, this.#over.signal);
      throw error;
    }
  }

  #watchIdle(waitMs: number): void {
    this.#idleTimer = this.#options.clock.after(waitMs, () => {
      const leftMs = this.#lastUsedAt + sessionLimits.idleMs - this.#options.clock.now();
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.end();
    });
  }
}

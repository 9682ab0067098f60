import type { WebSocket } from 'ws';
import type { AgentMessage } from '../../channel/codec/message.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Machine } from '../engines/engine.ts';
import { ClientSocket } from './client-socket.ts';
import type { FrameFault } from './frame-fault.ts';
import { type Pace, sessionLimits } from './pace.ts';
import { channelClosedFrame, publicationFrame } from './service-frames.ts';
import { SessionTokens } from './session-tokens.ts';
import { SessionWorker } from './session-worker.ts';
import { splitCommand } from './split-command.ts';

export interface ExecSessionOptions {
  readonly id: string;
  readonly machine: Machine;
  readonly command: string;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly fault: FrameFault | undefined;
}

/** One session: the service in the middle, a client that comes and goes, and the agent's worker once it has a slot. */
export class ExecSession {
  readonly id: string;
  readonly machine: Machine;
  readonly tokens: SessionTokens;
  readonly #options: ExecSessionOptions;
  readonly #over = new AbortController();
  #client: ClientSocket | undefined;
  /** Set while the session is over and no client has heard so. */
  #lastWord: { readonly output: string; readonly untilMs: number } | undefined;
  #worker: SessionWorker | undefined;
  /** Whether the worker waits for its terminal, so that no client may send it more. */
  #busy = false;
  #lastUsedAt: number;
  #idleTimer: Disposable | undefined;

  constructor(options: ExecSessionOptions) {
    this.id = options.id;
    this.machine = options.machine;
    this.#options = options;
    this.tokens = new SessionTokens(options.clock);
    this.#lastUsedAt = options.clock.now();
    this.#watchIdle(sessionLimits.idleMs);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Over, and nobody can come any more to hear how it ended. */
  get isForgotten(): boolean {
    return this.isOver && (!this.#lastWord || this.#lastWord.untilMs <= this.#options.clock.now());
  }

  /** A client whose token was good; one that was there before is put out. */
  connect(socket: WebSocket): void {
    this.#client?.cut();
    const { clock, fault } = this.#options;
    const client = new ClientSocket({
      socket,
      sessionId: this.id,
      clock,
      fault,
      onMessage: (message) => this.#fromClient(message),
      onClose: () => {
        if (this.#client === client) this.#client = undefined;
      },
    });
    this.#client = client;
    if (this.#lastWord) this.#sayLastWord(client, this.#lastWord.output);
    if (!this.#worker || this.isOver) return;
    client.setBusy(this.#busy);
    this.#tell('start_publication');
    this.#worker.startPublication();
  }

  /** The agent's part, for as long as it keeps its slot. Never rejects: why a command can't run is told to the client. */
  async run(): Promise<void> {
    const output = await this.#runCommand().catch((error: Error) =>
      // Nobody hears of a session that was ended from outside while it waited.
      this.isOver ? '' : `\n----------ERROR-------\nUnable to start command: ${error.message}\n\n`,
    );
    this.end(output);
  }

  /** Ends the session, whatever it was doing; `output` is the last word to the client. A second time changes nothing. */
  end(output = ''): void {
    if (this.isOver) return;
    this.#over.abort();
    this.#idleTimer?.[Symbol.dispose]();
    this.#worker?.[Symbol.dispose]();
    if (this.#client) this.#sayLastWord(this.#client, output);
    else this.#lastWord = { output, untilMs: this.#options.clock.now() + sessionLimits.tokenMs };
  }

  #sayLastWord(client: ClientSocket, output: string): void {
    this.#lastWord = undefined;
    client.sendOwn(channelClosedFrame(this.id, output, this.#options.clock.now()));
    client.close();
  }

  async #runCommand(): Promise<string> {
    const { clock, pace, command, machine } = this.#options;
    const signal = this.#over.signal;
    await clock.sleep(pace.workerStartMs, signal);
    if (command.trim() === '') return 'Commands cannot be empty for session type InteractiveCommands';
    const words = await this.#split(command);
    if (words.length === 0) {
      await clock.sleep(sessionLimits.deadWorkerMs, signal);
      return 'document process failed unexpectedly: document worker exited without a result';
    }
    const worker = new SessionWorker({
      clock,
      pace,
      openTerminal: () => machine.openTerminal(words),
      transmit: (frame) => this.#fromAgent(frame),
      onBusy: (busy) => {
        this.#busy = busy;
        this.#client?.setBusy(busy);
      },
    });
    this.#worker = worker;
    this.#tell('start_publication');
    await worker.run();
    return '';
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

  #fromClient(message: AgentMessage): void {
    if (this.isOver) return;
    this.#touch();
    if (this.#worker) this.#worker.receive(message);
    // The agent isn't there yet: the frame is lost, and the client is asked to be silent until it is.
    else this.#tell('pause_publication');
  }

  #fromAgent(frame: Buffer): void {
    if (this.#client) {
      this.#touch();
      this.#client.send(frame);
    } else this.#worker?.pausePublication();
  }

  #tell(type: 'start_publication' | 'pause_publication'): void {
    this.#client?.sendOwn(publicationFrame(type, this.#options.clock.now()));
  }

  #touch(): void {
    this.#lastUsedAt = this.#options.clock.now();
  }

  #watchIdle(waitMs: number): void {
    this.#idleTimer = this.#options.clock.after(waitMs, () => {
      const leftMs = this.#lastUsedAt + sessionLimits.idleMs - this.#options.clock.now();
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.end();
    });
  }
}

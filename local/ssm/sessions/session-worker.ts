import { checkAsAgent } from '../../../channel/codec/check-message.ts';
import type { AgentMessage } from '../../../channel/codec/message.ts';
import { payloadTypes, readAcknowledgement, readSize } from '../../../channel/codec/payloads.ts';
import { acknowledgement } from '../../../channel/sequence/acknowledgement.ts';
import { Receiver } from '../../../channel/sequence/receiver.ts';
import { Sender } from '../../../channel/sequence/sender.ts';
import { agentTuning } from '../../../channel/sequence/tuning.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Terminal } from '../../engines/engine.ts';
import { type Pace, sessionLimits } from '../data-channel/pace.ts';
import { TerminalReader } from './terminal-reader.ts';

export interface WorkerOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly openTerminal: () => Terminal;
  /** Hands a frame to the service, which may lose it. */
  readonly transmit: (frame: Buffer) => void;
  /** The worker can't take more frames for now (`true`), or can again. */
  readonly onBusy: (busy: boolean) => void;
}

/** The exec agent's part in one session: its end of the protocol, with a command on a terminal behind it. */
export class SessionWorker implements Disposable {
  readonly #options: WorkerOptions;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #inbox: AgentMessage[] = [];
  #terminal: Terminal | undefined;
  /** The first moments of the worker, in which it takes input and does nothing with it. */
  #isEarly = true;
  #reader: TerminalReader | undefined;
  #busy = false;
  #paused = false;
  #onAcknowledged: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#sender = new Sender({
      messageType: 'output_stream_data',
      tuning: agentTuning,
      clock: options.clock,
      transmit: options.transmit,
      onRoom: () => this.#reader?.release(),
    });
    this.#receiver = new Receiver({
      acknowledge: (message) => options.transmit(acknowledgement(message, options.clock.now())),
      deliver: (message) => this.#deliver(message),
      // Input that comes before its terminal is there stays without an answer and has to come again.
      accepts: () => this.#isEarly || this.#terminal !== undefined,
    });
  }

  /** Runs the command to its end. Resolves with whether what it printed was acknowledged in time; rejects when aborted before it runs. */
  async run(signal: AbortSignal): Promise<boolean> {
    const { clock, pace, openTerminal } = this.#options;
    if (pace.earlyInputLostMs > 0) await clock.sleep(pace.earlyInputLostMs, signal);
    this.#isEarly = false;
    if (pace.terminalStartMs > 0) await clock.sleep(pace.terminalStartMs, signal);
    const terminal = openTerminal();
    this.#terminal = terminal;
    this.#reader = new TerminalReader(terminal, clock, pace, (bytes) => {
      if (!this.#sender.send(payloadTypes.output, bytes)) this.#reader?.hold();
    });
    if (this.#paused) this.#reader.hold();
    await this.#reader.finished;
    await terminal.exited;
    await this.#flush();
    return this.#sender.outstanding === 0;
  }

  /** Kills the command; the session ends as it does when a command ends. */
  killCommand(): void {
    this.#terminal?.kill();
  }

  /** Takes a message from the client. While the terminal is full the worker reads nothing, as the real one. */
  receive(message: AgentMessage): void {
    this.#inbox.push(message);
    if (!this.#busy) this.#work();
  }

  /** The client is away: nothing is sent and nothing read, so that what runs has to wait once the terminal is full. */
  pausePublication(): void {
    this.#paused = true;
    this.#sender.pause();
    this.#reader?.hold();
  }

  startPublication(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#sender.resume();
    // A sender that found its client still away has paused again.
    if (!this.#paused) this.#reader?.release();
  }

  /** Kills the command, and forgets what it printed. */
  [Symbol.dispose](): void {
    this.#sender[Symbol.dispose]();
    this.#reader?.[Symbol.dispose]();
    this.#terminal?.kill();
    this.#terminal?.resume();
    this.#onAcknowledged?.();
  }

  #work(): void {
    while (!this.#busy) {
      const message = this.#inbox.shift();
      if (!message) return;
      this.#handle(message);
    }
  }

  #handle(message: AgentMessage): void {
    try {
      checkAsAgent(message);
      if (message.messageType === 'input_stream_data') {
        this.startPublication();
        this.#receiver.receive(message);
      } else if (message.messageType === 'acknowledge') {
        this.startPublication();
        this.#sender.acknowledge(readAcknowledgement(message.payload).sequenceNumber);
        if (this.#sender.outstanding === 0) this.#onAcknowledged?.();
      }
    } catch {
      // The real agent drops what it can't read, without a word.
    }
  }

  #deliver({ payloadType, payload }: AgentMessage): void {
    const terminal = this.#terminal;
    if (!terminal) return;
    if (payloadType === payloadTypes.size) {
      const { cols, rows } = readSize(payload);
      terminal.resize(cols, rows);
    } else if (payloadType === payloadTypes.output && !terminal.write(payload)) {
      this.#setBusy(true);
      void terminal.drained().then(() => {
        this.#setBusy(false);
        this.#work();
      });
    }
  }

  #setBusy(busy: boolean): void {
    if (this.#busy === busy) return;
    this.#busy = busy;
    this.#options.onBusy(busy);
  }

  async #flush(): Promise<void> {
    if (this.#sender.outstanding === 0) return;
    const acknowledged = Promise.withResolvers<void>();
    this.#onAcknowledged = acknowledged.resolve;
    using _patience = this.#options.clock.after(sessionLimits.flushMs, acknowledged.resolve);
    await acknowledged.promise;
  }
}

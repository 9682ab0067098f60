import type { WebSocket } from 'ws';
import type { AgentMessage } from '../../../channel/codec/message.ts';
import type { Clock } from '../../../contract/clock.ts';
import { ClientSocket } from '../data-channel/client-socket.ts';
import { sessionLimits } from '../data-channel/pace.ts';
import { channelClosedFrame, publicationFrame } from '../data-channel/service-frames.ts';
import { type Blow, FaultyPath } from '../hazards/faulty-path.ts';
import type { FrameFault } from '../hazards/frame-faults.ts';
import type { SessionWorker } from './session-worker.ts';

export interface RelayOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly fault: FrameFault;
  readonly endOvertakesOutput: boolean;
  /** A frame has gone through. */
  readonly onUsed: () => void;
}

/** The service in the middle of one session: passes frames on while both sides are there, and says the last word. */
export class SessionRelay {
  readonly #options: RelayOptions;
  readonly #toAgent: FaultyPath;
  readonly #toClient: FaultyPath;
  #client: ClientSocket | undefined;
  #worker: SessionWorker | undefined;
  #isAgentAway = false;
  /** Whether the worker waits for its terminal, so that no client may send it more. */
  #isBusy = false;
  #isOver = false;
  /** Set while the session is over and no client has heard so. */
  #lastWord: { readonly output: string; readonly untilMs: number } | undefined;

  constructor(options: RelayOptions) {
    const { clock, fault } = options;
    const suffering = { clock, fault, onBlow: (blow: Blow) => this.#suffer(blow) };
    this.#options = options;
    this.#toAgent = new FaultyPath('to-agent', suffering);
    this.#toClient = new FaultyPath('to-client', suffering);
  }

  /** Whether a client could still come and hear how the session ended. */
  get hasLastWord(): boolean {
    return this.#lastWord !== undefined && this.#lastWord.untilMs > this.#options.clock.now();
  }

  /** A client whose token was good; one that was there before is put out. */
  connect(socket: WebSocket): void {
    this.#client?.cut();
    const client = new ClientSocket({
      socket,
      clock: this.#options.clock,
      onMessage: (message) => this.#fromClient(message),
      onClose: () => {
        if (this.#client === client) this.#client = undefined;
      },
    });
    this.#client = client;
    if (this.#lastWord) this.#sayLastWord(client, this.#lastWord.output);
    if (!this.#worker || this.#isOver) return;
    client.setBusy(this.#isBusy);
    this.#tell('start_publication');
    this.#worker.startPublication();
  }

  /** The agent's worker has connected. */
  connectWorker(worker: SessionWorker): void {
    this.#worker = worker;
    this.#tell('start_publication');
  }

  /** The worker can't take more for now, or can again. */
  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#client?.setBusy(isBusy);
  }

  fromAgent(frame: Buffer): void {
    // What is sent while its connection is cut is lost; it comes again for want of an acknowledgement.
    if (this.#isAgentAway) return;
    const client = this.#client;
    if (!client) {
      this.#worker?.pausePublication();
      return;
    }
    this.#options.onUsed();
    this.#toClient.carry(frame.toString('latin1', 4, 36).trimEnd(), () => this.#passOn(client, frame));
  }

  /** Nothing goes through any more. The client hears `output` as the last word, be it when it comes. */
  end(output: string): void {
    this.#isOver = true;
    if (this.#client) this.#sayLastWord(this.#client, output);
    else this.#lastWord = { output, untilMs: this.#options.clock.now() + sessionLimits.tokenMs };
  }

  #fromClient(message: AgentMessage): void {
    if (this.#isOver) return;
    this.#options.onUsed();
    this.#toAgent.carry(message.messageType, () => {
      if (this.#worker && !this.#isAgentAway) this.#worker.receive(message);
      // The agent isn't there: the frame is lost, and the client is asked to be silent until it is.
      else this.#tell('pause_publication');
    });
  }

  #passOn(client: ClientSocket, frame: Buffer): void {
    const { endOvertakesOutput, clock } = this.#options;
    if (endOvertakesOutput) clock.after(sessionLimits.overtakenMs, () => client.send(frame));
    else client.send(frame);
  }

  #sayLastWord(client: ClientSocket, output: string): void {
    const { sessionId, clock, endOvertakesOutput } = this.#options;
    this.#lastWord = undefined;
    client.send(channelClosedFrame(sessionId, output, clock.now()));
    if (endOvertakesOutput) clock.after(2 * sessionLimits.overtakenMs, () => client.close());
    else client.close();
  }

  #suffer(blow: Blow): void {
    if (blow === 'cut-client') this.#client?.cut();
    else if (blow === 'kill-command') this.#worker?.killCommand();
    else this.#cutAgent();
  }

  #cutAgent(): void {
    if (this.#isAgentAway) return;
    this.#isAgentAway = true;
    this.#options.clock.after(sessionLimits.agentReconnectMs, () => {
      this.#isAgentAway = false;
      if (this.#isOver) return;
      this.#tell('start_publication');
      // Its own coming back ends a pause.
      this.#worker?.startPublication();
    });
  }

  #tell(type: 'start_publication' | 'pause_publication'): void {
    this.#client?.send(publicationFrame(type, this.#options.clock.now()));
  }
}

import type { WebSocket } from 'ws';
import { type AgentMessage, decodeMessage } from '../../channel/codec/message.ts';
import type { Clock } from '../../contract/clock.ts';
import type { FaultyFrame, FrameFault } from './frame-fault.ts';
import { FrameLimit } from './frame-limit.ts';

export interface ClientSocketOptions {
  readonly socket: WebSocket;
  readonly sessionId: string;
  readonly clock: Clock;
  readonly fault: FrameFault | undefined;
  readonly onMessage: (message: AgentMessage) => void;
  readonly onClose: () => void;
}

// Policy violation: what the service closes a socket with that broke its rules.
const policyViolation = 1008;

/** The service's end of a client's socket, opened by its token: frames in both directions, and what befalls them. */
export class ClientSocket {
  readonly #options: ClientSocketOptions;
  readonly #limit = new FrameLimit();

  constructor(options: ClientSocketOptions) {
    this.#options = options;
    options.socket.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) this.#receive(data);
    });
    options.socket.on('close', options.onClose);
  }

  /** Sends a frame of the service's own: no fault befalls those. */
  sendOwn(frame: Buffer): void {
    this.#options.socket.send(frame, () => undefined);
  }

  /** Passes on a frame of the agent's. */
  send(frame: Buffer): void {
    const { fault } = this.#options;
    if (fault) this.#suffer(fault, decodeMessage(frame), 'to-client', () => this.sendOwn(frame));
    else this.sendOwn(frame);
  }

  /** Stops and starts taking frames off the wire. */
  setBusy(busy: boolean): void {
    if (busy) this.#options.socket.pause();
    else this.#options.socket.resume();
  }

  close(): void {
    this.#options.socket.close();
  }

  cut(): void {
    this.#options.socket.terminate();
  }

  #receive(data: Buffer): void {
    const { clock, fault, socket, onMessage } = this.#options;
    if (!this.#limit.take(clock.now())) {
      socket.close(policyViolation, 'too many frames');
      return;
    }
    let message: AgentMessage;
    try {
      message = decodeMessage(data);
    } catch {
      // The real service passes garbage on, and the agent's reader dies of it; nobody gains by imitating that.
      return;
    }
    if (fault) this.#suffer(fault, message, 'to-agent', () => onMessage(message));
    else onMessage(message);
  }

  #suffer(fault: FrameFault, message: AgentMessage, direction: FaultyFrame['direction'], pass: () => void): void {
    const { sessionId, clock } = this.#options;
    const { messageType, sequenceNumber } = message;
    const fate = fault({ sessionId, direction, messageType, sequenceNumber });
    if (fate === 'cut') this.cut();
    else if (typeof fate === 'object') clock.after(fate.delayMs, pass);
    else if (fate !== 'drop') pass();
    if (fate === 'duplicate') pass();
  }
}

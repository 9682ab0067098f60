import type { WebSocket } from 'ws';
import { type AgentMessage, decodeMessage } from '../../../channel/codec/message.ts';
import type { Clock } from '../../../contract/clock.ts';
import { FrameLimit } from './frame-limit.ts';

export interface ClientSocketOptions {
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly onMessage: (message: AgentMessage) => void;
  readonly onClose: () => void;
}

// Policy violation: what the service closes a socket with that broke its rules.
const policyViolation = 1008;

/** The service's end of a client's socket, opened by its token: frames in both directions, at most so many. */
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

  send(frame: Buffer): void {
    this.#options.socket.send(frame, () => undefined);
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
    const { clock, socket, onMessage } = this.#options;
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
    onMessage(message);
  }
}

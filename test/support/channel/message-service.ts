// The message service, the exec agent and a terminal in one process, for tests of the channel: a WebSocket server on
// loopback whose data channel ends in `attach`. Frames can be lost, repeated and delayed on the way, in both directions.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../channel/clock.ts';
import { type AgentMessage, decodeMessage, encodeMessage } from '../../../channel/codec/message.ts';
import { payloadTypes, readAcknowledgement, writeChannelClosed } from '../../../channel/codec/payloads.ts';
import { attach } from '../../../channel/far/attach.ts';
import { acknowledgement } from '../../../channel/sequence/acknowledgement.ts';
import { Receiver } from '../../../channel/sequence/receiver.ts';
import { Sender } from '../../../channel/sequence/sender.ts';
import { agentTuning } from '../../../channel/sequence/tuning.ts';
import { TerminalPath } from '../agent/terminal-path.ts';
import { writeEnd } from '../agent/write-end.ts';

/** Carries a frame, or not, or twice, or later. */
export type Wire = (frame: Buffer, deliver: (frame: Buffer) => void) => void;

export interface MessageServiceOptions {
  readonly clock: Clock;
  /** What `attach` is joined to. */
  readonly connect: () => Duplex | Promise<Duplex>;
  readonly toAgent?: Wire;
  readonly toClient?: Wire;
  /** How much one read of the terminal takes. @default 1024, as in the real agent */
  readonly readBytes?: number;
  /** What the terminal says before `attach` does. */
  readonly noise?: string;
  readonly silenceMs?: number;
  /** Leaves the terminal without a program. */
  readonly mute?: boolean;
}

/** One service with one session at a time. */
export class MessageService implements AsyncDisposable {
  readonly #options: MessageServiceOptions;
  readonly #server: WebSocketServer;
  readonly #stop = new AbortController();
  /** The text frames that opened channels. */
  readonly opened: Record<string, unknown>[] = [];
  /** Stream messages as the agent got them, repeated ones included. */
  readonly received: AgentMessage[] = [];
  /** How each `attach` ended: `ended` or the code of its error. */
  readonly attachEnds: string[] = [];
  /** Whether sockets are closed as soon as they say their token. */
  refuse = false;
  #socket: WebSocket | undefined;
  #agent: { readonly sender: Sender; readonly receiver: Receiver } | undefined;

  private constructor(options: MessageServiceOptions, server: WebSocketServer) {
    this.#options = options;
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async start(options: MessageServiceOptions): Promise<MessageService> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new MessageService(options, server);
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/data-channel/test`;
  }

  /** Connections that are still open. */
  get connections(): number {
    return this.#server.clients.size;
  }

  /** A token for another socket of the session, as ResumeSession gives it; undefined once the session is over. */
  async resume(): Promise<{ tokenValue: string } | undefined> {
    return this.attachEnds.length === 0 ? { tokenValue: `token ${this.opened.length + 1}` } : undefined;
  }

  /** From now on takes what the client sends and says nothing, as a way that is dead without anybody knowing. */
  goDeaf(): void {
    this.#socket?.removeAllListeners('message');
    this.#socket = undefined;
  }

  /** Sends the client a frame as it is, past the wire. */
  inject(frame: Uint8Array | string): void {
    this.#socket?.send(frame);
  }

  /** Sends the client a message of the service. */
  say(messageType: string, payload: Uint8Array = Buffer.from('{}'), payloadType = 0, sequenceNumber = 0n): void {
    const createdDate = this.#options.clock.now();
    const messageId = randomUUID();
    this.inject(encodeMessage({ messageType, createdDate, sequenceNumber, flags: 3, messageId, payloadType, payload }));
  }

  closeChannel(output = ''): void {
    const createdDate = String(this.#options.clock.now());
    this.say('channel_closed', writeChannelClosed({ sessionId: 'test', output, messageId: randomUUID(), createdDate }));
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.#socket?.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((done) => this.#server.close(done));
  }

  #accept(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.once('message', (text: Buffer) => {
      this.opened.push(JSON.parse(text.toString()));
      if (this.refuse) return socket.close(1008);
      this.#agent ??= this.#runAgent();
      const { sender, receiver } = this.#agent;
      // The agent and its numbers outlive the socket.
      sender.resume();
      const { toAgent = plain } = this.#options;
      socket.on('message', (frame: Buffer) => toAgent(frame, (carried) => this.#hear(carried, sender, receiver)));
      socket.on('close', () => this.#socket === socket && sender.pause());
    });
  }

  #runAgent(): { readonly sender: Sender; readonly receiver: Receiver } {
    const { clock, noise, readBytes = 1024, toClient = plain } = this.#options;
    const toSocket = (frame: Buffer) => toClient(frame, (carried) => this.#socket?.send(carried));
    const typed = new PassThrough({ highWaterMark: 20 * 1024 });
    const printed = new TerminalPath(() => readBytes);
    const sender: Sender = new Sender({
      messageType: 'output_stream_data',
      tuning: agentTuning,
      clock,
      transmit: toSocket,
      onRoom: () => printed.resume(),
    });
    const receiver = new Receiver({
      acknowledge: (message) => toSocket(acknowledgement(message, clock.now())),
      deliver: ({ payload, payloadType }) =>
        payloadType === payloadTypes.output && !typed.destroyed && typed.write(payload),
      // A full terminal blocks the real agent's only reader.
      accepts: () => typed.readableLength < 64 * 1024,
    });
    printed.on('data', (bytes: Buffer) => {
      if (!sender.send(payloadTypes.output, bytes)) printed.pause();
    });
    this.#stop.signal.addEventListener('abort', () => sender[Symbol.dispose]());
    if (noise) printed.write(noise);
    if (!this.#options.mute) void this.#runAttach(typed, printed, sender);
    return { sender, receiver };
  }

  #hear(frame: Buffer, sender: Sender, receiver: Receiver): void {
    const message = decodeMessage(frame);
    if (message.messageType === 'acknowledge') sender.acknowledge(readAcknowledgement(message.payload).sequenceNumber);
    else {
      this.received.push(message);
      receiver.receive(message);
    }
  }

  async #runAttach(input: PassThrough, printed: TerminalPath, sender: Sender): Promise<void> {
    const { clock, connect, silenceMs } = this.#options;
    const end = await attach({
      input,
      output: writeEnd(printed),
      connect,
      clock,
      ...(silenceMs && { silenceMs }),
    }).then(
      () => 'ended',
      (error) => error.code ?? String(error),
    );
    this.attachEnds.push(end);
    if (!printed.writableEnded) printed.end();
    await finished(printed);
    // The real agent too says that it is done only when all output is acknowledged.
    while (sender.outstanding > 0) await setTimeout(1);
    this.closeChannel();
  }
}

const plain: Wire = (frame, deliver) => deliver(frame);

/** A wire that loses, repeats and delays frames, the same way each time it is made from a seed. */
export function badWire(seed: number, { lost = 0.01, repeated = 0.02, delayed = 0.1 } = {}): Wire {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (frame, deliver) => {
    if (random() < lost) return;
    const times = random() < repeated ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const delayMs = random() < delayed ? 1 + random() * 4 : 0;
      if (delayMs === 0) deliver(frame);
      else void setTimeout(delayMs, undefined, { ref: false }).then(() => deliver(frame));
    }
  };
}

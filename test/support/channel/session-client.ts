import { randomUUID } from 'node:crypto';
import type { Session } from '@aws-sdk/client-ecs';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { type AgentMessage, decodeMessage, encodeMessage } from '../../../channel/codec/message.ts';
import { payloadTypes, readChannelClosed } from '../../../channel/codec/payloads.ts';
import { acknowledgement } from '../../../channel/sequence/acknowledgement.ts';
import { eventually } from '../machines/compute.ts';

/** A session's client with no more sense than the test gives it: it acknowledges, keeps what came and sends when told. */
export class SessionClient {
  readonly messages: AgentMessage[] = [];
  readonly socket: WebSocket;
  readonly #output = new Map<bigint, Buffer>();
  #next = 0n;

  constructor(
    session: Session,
    token = session.tokenValue,
    frames: { readonly acknowledges: boolean } = { acknowledges: true },
  ) {
    this.socket = new WebSocket(String(session.streamUrl), { perMessageDeflate: false });
    this.socket.on('error', () => undefined);
    this.socket.on('open', () => this.socket.send(openFrame(token)));
    this.socket.on('message', (data: Buffer) => {
      const message = decodeMessage(data);
      this.messages.push(message);
      if (message.messageType !== 'output_stream_data') return;
      this.#output.set(message.sequenceNumber, message.payload);
      if (frames.acknowledges) this.socket.send(acknowledgement(message, Date.now()));
    });
    onTestFinished(() => this.socket.terminate());
  }

  /** Everything that came in order so far. */
  get output(): Buffer {
    const pieces: Buffer[] = [];
    for (let number = 0n; ; number++) {
      const piece = this.#output.get(number);
      if (!piece) return Buffer.concat(pieces);
      pieces.push(piece);
    }
  }

  /** Sends input under the next number, or again under one that was used. */
  send(payload: Buffer | string, options: { payloadType?: number; number?: bigint } = {}): void {
    const { payloadType = payloadTypes.output, number = this.#next++ } = options;
    this.socket.send(
      encodeMessage({
        messageType: 'input_stream_data',
        createdDate: Date.now(),
        sequenceNumber: number,
        flags: 0,
        messageId: randomUUID(),
        payloadType,
        payload: Buffer.from(payload),
      }),
    );
  }

  ofType(type: string): AgentMessage[] {
    return this.messages.filter(({ messageType }) => messageType === type);
  }

  /** Resolves with the client once it may send. */
  async opened(): Promise<this> {
    if (this.socket.readyState === this.socket.CONNECTING) {
      await new Promise((resolve) => this.socket.once('open', resolve));
    }
    return this;
  }

  /** Resolves once this was printed. */
  async prints(text: string): Promise<void> {
    await eventually(() => this.output.includes(text));
  }

  /** What the service says at the session's end. */
  async closed(): Promise<string> {
    const [message] = await eventually(() => {
      const found = this.ofType('channel_closed');
      return found.length > 0 ? found : undefined;
    });
    return readChannelClosed(message?.payload ?? Buffer.alloc(0)).output;
  }

  /** The code with which the socket was closed. */
  async cut(): Promise<number> {
    return new Promise((resolve) => this.socket.once('close', resolve));
  }
}

const openFrame = (TokenValue: string | undefined): string =>
  JSON.stringify({
    MessageSchemaVersion: '1.0',
    RequestId: randomUUID(),
    TokenValue,
    ClientId: randomUUID(),
    ClientVersion: '1.2.677.0',
  });

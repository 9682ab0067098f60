import { randomUUID } from 'node:crypto';
import { ChannelError } from '../channel-error.ts';

export interface SessionSocketOptions {
  /** As the service gave it; it authorises by the token alone, so nothing is signed. */
  readonly streamUrl: string;
  readonly tokenValue: string;
  readonly clientId: string;
  readonly connect: (url: string) => WebSocket;
  readonly onOpen: () => void;
  readonly onFrame: (frame: Uint8Array) => void;
  /** Told once, unless the socket was disposed before: `open_failed` or `connection_lost`. */
  readonly onLost: (error: ChannelError) => void;
}

// The service compares nothing but expects a version like a release of the real client.
const clientVersion = '1.2.677.0';

/** One WebSocket to the message service. The protocol's state lives elsewhere and may continue on the next one. */
export class SessionSocket implements Disposable {
  readonly #socket: WebSocket;
  readonly #options: SessionSocketOptions;
  #isOpen = false;
  #isDone = false;

  constructor(options: SessionSocketOptions) {
    this.#options = options;
    this.#socket = dial(options);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => {
      // The service sends no text.
      if (!this.#isDone && data instanceof ArrayBuffer) this.#options.onFrame(new Uint8Array(data));
    });
    this.#socket.addEventListener('error', (event) => this.#lost('error' in event ? event.error : undefined));
    this.#socket.addEventListener('close', ({ code, reason }) =>
      this.#lost(new Error(`the service closed the socket with ${code}${reason && `, ${reason}`}`)),
    );
  }

  /** Bytes handed over that the network hasn't taken yet. */
  get backlogBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Puts a frame on the wire; without an open socket it is dropped, as on any other bad wire. */
  send(frame: Buffer): void {
    // Frames are made by alloc, never on shared memory, which the socket's type would have to exclude.
    if (this.#isOpen && !this.#isDone) this.#socket.send(frame as Buffer<ArrayBuffer>);
  }

  [Symbol.dispose](): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#socket.close();
  }

  #opened(): void {
    if (this.#isDone) return;
    this.#isOpen = true;
    // There is no answer to it: the channel's frames follow, or nothing.
    this.#socket.send(
      JSON.stringify({
        MessageSchemaVersion: '1.0',
        RequestId: randomUUID(),
        TokenValue: this.#options.tokenValue,
        ClientId: this.#options.clientId,
        ClientVersion: clientVersion,
      }),
    );
    this.#options.onOpen();
  }

  #lost(cause: unknown): void {
    if (this.#isDone) return;
    this[Symbol.dispose]();
    this.#options.onLost(
      this.#isOpen
        ? new ChannelError('connection_lost', 'the connection to the message service broke', { cause })
        : new ChannelError('open_failed', 'the message service could not be reached', { cause }),
    );
  }
}

function dial({ connect, streamUrl }: SessionSocketOptions): WebSocket {
  try {
    return connect(streamUrl);
  } catch (cause) {
    throw new ChannelError('open_failed', `stream URL ${JSON.stringify(streamUrl)} can't be dialled`, { cause });
  }
}

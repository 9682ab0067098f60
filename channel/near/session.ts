import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { checkAsClient } from '../codec/check-message.ts';
import { HelloFinder } from '../codec/hello.ts';
import { type AgentMessage, decodeMessage } from '../codec/message.ts';
import { payloadTypes, readAcknowledgement, readChannelClosed, writeSize } from '../codec/payloads.ts';
import { terminalDuplex } from '../codec/terminal-duplex.ts';
import { quitBurst } from '../codec/terminal-escape.ts';
import { acknowledgement } from '../sequence/acknowledgement.ts';
import { Pacer } from '../sequence/pacer.ts';
import { Receiver } from '../sequence/receiver.ts';
import { Sender } from '../sequence/sender.ts';
import { clientTuning } from '../sequence/tuning.ts';
import { SessionBytes } from './session-bytes.ts';
import { type Resume, SessionLink } from './session-link.ts';

export interface SessionOptions {
  readonly streamUrl: string;
  readonly tokenValue: string;
  readonly clock: Clock;
  /** Gives the session up, at any time. */
  readonly signal?: AbortSignal;
  /** A UUID. @default a new one */
  readonly clientId?: string;
  /** Finds the way back when the socket is lost; what was on its way then still arrives, once. @default none: that ends the session */
  readonly resume?: Resume;
  /** Dials the service. @default the platform's WebSocket */
  readonly connect?: (url: string) => WebSocket;
  /** How long `ready` may take. @default 30000 */
  readonly openTimeoutMs?: number;
}

/** How a session ended. */
interface SessionEnd {
  /** `ended` by the other side or the service; `closed` by us, and the service has said so; `left` by us, without its word; or `failed`. */
  readonly reason: 'ended' | 'closed' | 'left' | 'failed';
  /** What the service said at the end; empty after an ordinary one. It quotes the sandbox: treat it as hostile. */
  readonly output: string;
  readonly error?: ChannelError;
}

export interface Session extends AsyncDisposable {
  /** Resolves when `attach` has spoken; rejects with the `ChannelError` that ended the session before. */
  readonly ready: Promise<void>;
  /** Joined to the agent's socket once ready; what is written before waits. An error of the session is its error. */
  readonly stream: Duplex;
  /** Resolves when nothing of the session is left here: no socket, no timer. Never rejects. */
  readonly closed: Promise<SessionEnd>;
  /** Ends the stream, so that the far side ends and frees its slot; after two seconds without that, breaks it off. */
  close(): Promise<SessionEnd>;
}

const defaultOpenTimeoutMs = 30_000;
// How long the far side may take to end, and the service to say that the session is over.
const partingMs = 2_000;
// What a session carries in ten seconds, in which this end has read nothing of it.
const maxUnreadBytes = 12 * 1024 * 1024;
// Above this acknowledgements are left out; what they were for comes again.
const maxBacklogBytes = 1024 * 1024;
// A socket by which nothing came for so long, although the head went out so often, may be dead without knowing it.
const silentMs = 1_500;
const silentResends = 4;

/**
 * Opens the client's end of an exec session whose command is `attach`. Destroying the stream, aborting the signal and
 * every failure tell the far side so, as far as it can still be told. Throws `open_failed` when the URL isn't one.
 */
export const openSession = (options: SessionOptions): Session => new NearSession(options);

class NearSession implements Session {
  readonly ready: Promise<void>;
  readonly stream: Duplex;
  readonly closed: Promise<SessionEnd>;
  readonly #options: SessionOptions;
  readonly #bytes: SessionBytes;
  readonly #pacer: Pacer;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #link: SessionLink;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<SessionEnd>();
  readonly #timers = new DisposableStack();
  #finder: HelloFinder | undefined = new HelloFinder();
  /** Set once the stream is gone and only the session's end is waited for. */
  #parting: SessionEnd | undefined;
  #isOver = false;
  #isNumbered = false;
  #heardAt: number;
  #resendsSinceHeard = 0;

  constructor(options: SessionOptions) {
    const { clock, signal } = options;
    this.#options = options;
    this.#heardAt = clock.now();
    this.ready = this.#ready.promise;
    this.closed = this.#closed.promise;
    // Whoever doesn't wait for it sees the failure on the stream or in `closed`.
    this.ready.catch(() => {});
    this.#pacer = new Pacer(clock, clientTuning.messagesPerSecond);
    this.#sender = new Sender({
      messageType: 'input_stream_data',
      tuning: clientTuning,
      clock,
      pacer: this.#pacer,
      transmit: (frame) => this.#link.send(frame),
      onRoom: () => this.#bytes.room(),
      onResend: () => this.#doubtLink(),
      onGiveUp: (error) => this.#fail(error),
    });
    this.#receiver = new Receiver({
      acknowledge: (message) => this.#acknowledge(message),
      deliver: (message) => this.#deliver(message),
    });
    this.#bytes = new SessionBytes({ send: (piece) => this.#sender.send(payloadTypes.output, piece) });
    this.stream = terminalDuplex({ input: this.#bytes, output: this.#bytes });
    // A failure is in `closed` too: a stream that nobody listens to must not bring the process down.
    this.stream.on('error', () => {});
    this.stream.on('close', () => this.#part());
    this.#link = this.#dial();
    this.#openBy(options.openTimeoutMs ?? defaultOpenTimeoutMs);
    const abort = () => this.stream.destroy(new ChannelError('session_closed', 'aborted', { cause: signal?.reason }));
    signal?.addEventListener('abort', abort);
    this.#timers.defer(() => signal?.removeEventListener('abort', abort));
    if (signal?.aborted) abort();
  }

  async close(): Promise<SessionEnd> {
    if (this.#finder) this.stream.destroy();
    else this.stream.end();
    if (!this.#isOver) this.#timers.use(this.#options.clock.after(partingMs, () => this.stream.destroy()));
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #dial(): SessionLink {
    const { streamUrl, tokenValue, clock, resume } = this.#options;
    const { clientId = randomUUID(), connect = (url) => new WebSocket(url) } = this.#options;
    return new SessionLink({
      streamUrl,
      tokenValue,
      clientId,
      clock,
      resume,
      connect,
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#receive(frame),
      onLost: (error) => (this.#parting ? this.#end(this.#parting) : this.#fail(error)),
    });
  }

  #opened(): void {
    if (this.#isNumbered) {
      this.#sender.sendAgain();
      return;
    }
    this.#isNumbered = true;
    // The agent may acknowledge the first input and throw it away: a size does no harm then, and opens the numbering.
    this.#sender.send(payloadTypes.size, writeSize({ cols: 80, rows: 24 }));
  }

  /** Told of each message that goes out again: it may be the socket that took the first one with it. */
  #doubtLink(): void {
    this.#resendsSinceHeard++;
    const isSilent = this.#options.clock.now() - this.#heardAt >= silentMs;
    // Before attach speaks the agent may simply not be there yet.
    if (!this.#finder && isSilent && this.#resendsSinceHeard >= silentResends) this.#link.replace();
  }

  #openBy(ms: number): void {
    const late = () => {
      if (this.#finder) this.#fail(new ChannelError('open_timeout', `attach has not spoken after ${ms} ms`));
    };
    this.#timers.use(this.#options.clock.after(ms, late));
  }

  #receive(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#heardAt = this.#options.clock.now();
    this.#resendsSinceHeard = 0;
    let message: AgentMessage;
    try {
      message = decodeMessage(frame);
      checkAsClient(message);
      this.#handle(message);
    } catch (error) {
      // As in the real client, what can't be read is dropped without an answer; a stream message comes again.
      if (!(error instanceof ChannelError)) throw error;
    }
  }

  #handle(message: AgentMessage): void {
    switch (message.messageType) {
      case 'output_stream_data':
        this.#sender.resume();
        this.#receiver.receive(message);
        break;
      case 'acknowledge':
        this.#sender.acknowledge(readAcknowledgement(message.payload).sequenceNumber);
        break;
      case 'pause_publication':
        this.#sender.pause();
        break;
      case 'start_publication':
        this.#sender.resume();
        break;
      case 'channel_closed':
        this.#endedByService(readChannelClosed(message.payload).output);
        break;
      default:
      // The service may learn new words.
    }
  }

  #acknowledge(message: AgentMessage): void {
    if (this.#pacer.exhausted || this.#link.backlogBytes > maxBacklogBytes) return;
    this.#pacer.spend();
    this.#link.send(acknowledgement(message, this.#options.clock.now()));
  }

  #deliver({ payloadType, payload }: AgentMessage): void {
    if (this.#parting || this.#isOver) return;
    if (payloadType === payloadTypes.handshakeRequest)
      this.#fail(
        new ChannelError('handshake_requested', 'the cluster encrypts sessions with KMS, which is not spoken here'),
      );
    else if (payloadType === payloadTypes.output) this.#deliverOutput(payload);
  }

  #deliverOutput(payload: Buffer): void {
    try {
      const bytes = this.#finder ? this.#finder.push(payload) : payload;
      if (!bytes) return;
      if (this.#finder) {
        this.#finder = undefined;
        this.#bytes.open();
        this.#ready.resolve();
      }
      if (bytes.length > 0) this.#bytes.push(bytes);
    } catch (error) {
      this.#fail(error as ChannelError);
    }
    if (this.#bytes.readableLength > maxUnreadBytes)
      this.#fail(new ChannelError('overflow', `more than ${maxUnreadBytes} bytes came that nobody reads`));
  }

  #endedByService(output: string): void {
    if (this.#finder) {
      const said = output ? `, saying ${JSON.stringify(output.slice(0, 500))}` : '';
      this.#fail(new ChannelError('session_ended', `the session ended before attach spoke${said}`), output);
      return;
    }
    const isOurs = this.stream.writableEnded || this.stream.destroyed;
    const end: SessionEnd = { reason: isOurs ? 'closed' : 'ended', output };
    this.#end(this.#parting?.reason === 'failed' ? this.#parting : end);
    // What was received is still read; the stream itself knows whether it was complete.
    this.#bytes.push(null);
    this.#bytes.room();
  }

  #fail(error: ChannelError, output = ''): void {
    if (this.#isOver) return;
    this.#end({ reason: 'failed', output, error });
    this.stream.destroy(error);
  }

  /** The stream is gone and the far side may not know: the last word tells it, and nothing is waited for but the service's own last word. */
  #part(): void {
    if (this.#parting || this.#isOver) return;
    const error = this.stream.errored;
    const end: SessionEnd =
      error instanceof ChannelError && error.code !== 'session_closed'
        ? { reason: 'failed', output: '', error }
        : { reason: 'left', output: '' };
    if (this.#finder) {
      this.#end(end);
      return;
    }
    this.#parting = end;
    this.#sender.dropWaiting();
    this.#sender.send(payloadTypes.output, quitBurst);
    this.#timers.use(this.#options.clock.after(partingMs, () => this.#end(end)));
  }

  #end(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timers.dispose();
    this.#sender[Symbol.dispose]();
    this.#link[Symbol.dispose]();
    this.#ready.reject(end.error ?? new ChannelError('session_closed', 'the session was closed before attach spoke'));
    this.#closed.resolve(end);
  }
}

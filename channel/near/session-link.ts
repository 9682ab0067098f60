import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { SessionSocket, type SessionSocketOptions } from './session-socket.ts';

/**
 * Asks the service for another token of the session, after its socket was lost: `AmazonSSM.ResumeSession`. Undefined when the
 * session is over. Must settle soon after the signal aborts.
 */
export type Resume = (signal: AbortSignal) => Promise<{ readonly tokenValue: string } | undefined>;

export interface SessionLinkOptions extends Omit<SessionSocketOptions, 'onLost'> {
  readonly clock: Clock;
  /** Without it the first socket is the only one. */
  readonly resume: Resume | undefined;
  /** Told once, when there is no way back to the service, unless the link was disposed before. */
  readonly onLost: (error: ChannelError) => void;
}

// As many and as far apart as the real client's.
const mostAttempts = 6;
const firstPauseMs = 150;
// What one attempt may take until its socket is open.
const attemptMs = 5_000;

/** A session's way to the message service: one socket after the other, each with a token of its own and the same address. */
export class SessionLink implements Disposable {
  readonly #options: SessionLinkOptions;
  readonly #over = new AbortController();
  #socket: SessionSocket;
  #opening: Disposable | undefined;
  /** How often in a row the way back was looked for without a frame coming by it. */
  #attempts = 0;
  #isReconnecting = false;

  /** Dials. Throws `open_failed` when the address isn't one. */
  constructor(options: SessionLinkOptions) {
    this.#options = options;
    this.#socket = this.#dial(options.tokenValue);
  }

  /** Bytes handed over that the network hasn't taken yet. */
  get backlogBytes(): number {
    return this.#socket.backlogBytes;
  }

  /** Puts a frame on the wire; while there is none it is dropped. */
  send(frame: Buffer): void {
    this.#socket.send(frame);
  }

  /** Looks for another way when the one there is seems dead. Without a frame by the new one there is no second time. */
  replace(): void {
    if (!this.#options.resume || this.#isReconnecting || this.#attempts > 0) return;
    this.#socket[Symbol.dispose]();
    void this.#reconnect(new ChannelError('connection_lost', 'nothing came from the message service any more'));
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#opening?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  #dial(tokenValue: string): SessionSocket {
    const { clock, resume, onOpen, onFrame } = this.#options;
    const socket = new SessionSocket({
      ...this.#options,
      tokenValue,
      onOpen: () => {
        this.#opening?.[Symbol.dispose]();
        onOpen();
      },
      onFrame: (frame) => {
        this.#attempts = 0;
        onFrame(frame);
      },
      onLost: (error) => void this.#reconnect(error),
    });
    if (resume) {
      this.#opening = clock.after(attemptMs, () => {
        socket[Symbol.dispose]();
        void this.#reconnect(new ChannelError('open_failed', `the message service did not answer in ${attemptMs} ms`));
      });
    }
    return socket;
  }

  async #reconnect(why: ChannelError): Promise<void> {
    this.#opening?.[Symbol.dispose]();
    if (this.#isReconnecting || this.#over.signal.aborted) return;
    this.#isReconnecting = true;
    const found = await this.#wayBack(why);
    this.#isReconnecting = false;
    if (this.#over.signal.aborted) return;
    if (found instanceof ChannelError) this.#options.onLost(found);
    else this.#redial(found);
  }

  #redial(tokenValue: string): void {
    try {
      this.#socket = this.#dial(tokenValue);
    } catch (error) {
      void this.#reconnect(error as ChannelError);
    }
  }

  /** A token, or why there is none. */
  async #wayBack(why: ChannelError): Promise<string | ChannelError> {
    const { resume, clock } = this.#options;
    if (!resume) return why;
    let cause: unknown = why;
    while (this.#attempts < mostAttempts) {
      try {
        if (this.#attempts++ > 0) await clock.sleep(firstPauseMs * 2 ** (this.#attempts - 2), this.#over.signal);
        const offer = await this.#within(resume);
        return (
          offer?.tokenValue ??
          new ChannelError('session_ended', 'the session ended while its connection was lost', { cause })
        );
      } catch (error) {
        if (this.#over.signal.aborted) return why;
        cause = error;
      }
    }
    return new ChannelError(why.code, `${why.message}; gave up after ${mostAttempts} attempts`, { cause });
  }

  async #within(resume: Resume): ReturnType<Resume> {
    const late = new AbortController();
    using _limit = this.#options.clock.after(attemptMs, () =>
      late.abort(new ChannelError('open_timeout', `the session was not resumed in ${attemptMs} ms`)),
    );
    return await resume(AbortSignal.any([this.#over.signal, late.signal]));
  }
}

import type { Socket } from 'node:net';
import type { Grant } from '../../../contract/agent/grant.ts';
import type { Clock } from '../../../contract/clock.ts';
import { type Grants, type GrantUse, grantEnded } from './grants.ts';

// What goes beyond a quota of bytes is what the path can carry in this time.
const lookEveryMs = 1_000;
// For the last words on each stream: why it ends.
const partingMs = 1_000;

/** One channel that a caller holds, for as long as its grant is good and not used up. */
export class GrantedChannel {
  readonly use: GrantUse;
  readonly #grants: Grants;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #whileOpen = new DisposableStack();
  #grant: Grant;
  #counted = 0;
  #timer: Disposable | undefined;

  /** The socket has proven the grant's key; it is closed here when the grant ends. */
  constructor(grant: Grant, { grants, socket, clock }: { grants: Grants; socket: Socket; clock: Clock }) {
    this.#grant = grant;
    this.#grants = grants;
    this.#socket = socket;
    this.#clock = clock;
    this.use = grants.useOf(grant);
    this.#whileOpen.use(grants.openChannel(grant));
    this.#whileOpen.use(grants.onRevoked(() => this.#look()));
    this.#whileOpen.defer(() => this.#timer?.[Symbol.dispose]());
    socket.once('close', () => this.#close());
    this.#look();
  }

  get grant(): Grant {
    return this.#grant;
  }

  /** Aborts with `grant_ended` when nothing more may be asked; the streams have a moment to say so. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Goes on under a later grant. Throws `grant_ended` when it isn't one, and stays as it was. */
  renew(text: string, mac: string): void {
    this.#ended.signal.throwIfAborted();
    this.#grant = this.#grants.renewed(this.#grant, text, mac);
    this.#grants.useOf(this.#grant);
    this.#look();
  }

  /** Counts, and ends what has to end. */
  #look(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#ended.signal.aborted || this.#socket.destroyed) return;
    this.#count();
    try {
      this.#grants.assertValid(this.#grant);
      if (this.use.bytes > this.#grant.bytes) throw grantEnded(`is used up: ${this.#grant.bytes} bytes went through`);
    } catch (error) {
      this.#ended.abort(error);
      this.#timer = this.#clock.after(partingMs, () => this.#socket.destroy());
      return;
    }
    const left = Date.parse(this.#grant.expires_at) - this.#clock.now();
    this.#timer = this.#clock.after(Math.min(left, lookEveryMs), () => this.#look());
  }

  #count(): void {
    const through = this.#socket.bytesRead + this.#socket.bytesWritten;
    this.use.bytes += through - this.#counted;
    this.#counted = through;
  }

  #close(): void {
    this.#count();
    this.#whileOpen.dispose();
    this.#ended.abort(grantEnded('has no channel any more'));
  }
}

import { createServer, type Server, type Socket } from 'node:net';
import type { GrantedPeer } from '../access/prove-peer.ts';
import type { Log } from '../log.ts';

interface Options {
  /** Proves both sides on a fresh connection; rejects when the peer can't. Undefined while there is no key. */
  readonly prove: (socket: Socket) => Promise<GrantedPeer | undefined> | undefined;
  /** Takes a connection that has proven itself. */
  readonly accept: (socket: Socket, peer: GrantedPeer | undefined) => void;
  readonly log: Log;
  readonly maxUnproven?: number;
}

/** The door that channels come in by: nothing is said over a connection before both sides have proven themselves. */
export class ChannelDoor {
  readonly server: Server;
  readonly #options: Required<Options>;
  readonly #open = new Set<Socket>();
  readonly #proven = new Set<Socket>();
  #unproven = 0;

  constructor(options: Options) {
    this.#options = { maxUnproven: 8, ...options };
    this.server = createServer((socket) => this.#enter(socket));
  }

  /** Connections that have proven themselves. */
  get channels(): number {
    return this.#proven.size;
  }

  /** Ends the door and every connection that came by it. */
  [Symbol.dispose](): void {
    this.server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #enter(socket: Socket): void {
    socket.on('error', () => {}); // Whoever reads from it hears of it by its end.
    const proof = this.#unproven < this.#options.maxUnproven ? this.#options.prove(socket) : undefined;
    if (!proof) {
      socket.destroy();
      this.#options.log.info('channel.refused', { unproven: this.#unproven });
      return;
    }
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#proven.delete(socket);
    });
    this.#unproven++;
    proof
      .finally(() => this.#unproven--)
      .then(
        (peer) => {
          if (socket.destroyed) return;
          this.#proven.add(socket);
          this.#options.accept(socket, peer);
        },
        (error) => {
          socket.destroy();
          this.#options.log.error('channel.refused', error);
        },
      );
  }
}

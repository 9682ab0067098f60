// A small HTTP/2 server behind a channel's proof, in the agent's place.
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import type { Clock } from '../../../channel/clock.ts';
import { httpWindows } from '../../../channel/codec/http-windows.ts';
import type { ProofIdentity } from '../../../channel/codec/proof-mac.ts';
import { proveFar } from '../../../channel/far/prove.ts';

/** Answers `POST /echo` with the body it gets and `GET /bytes/<n>` with n bytes. */
export class EchoAgent implements Disposable {
  readonly #identity: ProofIdentity;
  readonly #clock: Clock;
  readonly #server: Http2Server;
  readonly sessions = new Set<ServerHttp2Session>();

  constructor(identity: ProofIdentity, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
    this.#server = createServer({ settings: { initialWindowSize: httpWindows.far.streamBytes }, maxSessionMemory: 64 });
    this.#server.on('session', (session) => {
      session.setLocalWindowSize(httpWindows.far.connectionBytes);
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session));
      session.on('error', () => {});
    });
    this.#server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      const bytes = /^\/bytes\/(\d+)$/.exec(headers[':path'] ?? '')?.[1];
      if (bytes) stream.end(Buffer.alloc(Number(bytes), 'bytes '));
      else stream.pipe(stream);
    });
  }

  /** A new connection, proven before it is served. */
  connect(): Duplex {
    const [theirs, ours] = duplexPair();
    this.serve(ours);
    return theirs;
  }

  /** Serves a connection that came from elsewhere. */
  serve(socket: Duplex): void {
    socket.on('error', () => {});
    proveFar(socket, this.#identity, this.#clock, 5_000).then(
      () => this.#server.emit('connection', socket),
      () => {},
    );
  }

  [Symbol.dispose](): void {
    for (const session of this.sessions) session.destroy();
    this.#server.close();
  }
}

import { type ClientHttp2Session, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { httpWindows } from '../codec/http-windows.ts';

// `attach` gives a silent near side up after 60 seconds, the service an idle session after 20 minutes.
const pingEveryMs = 15_000;
// A beat this much late means that this process stood still: the answer may be there and not read yet.
const frozenMs = 1_000;

export interface HttpOptions {
  readonly clock: Clock;
  /** Asked before each ping: without a word for a minute the far end ends the channel. @default always */
  readonly mayTalk?: () => boolean;
}

/**
 * An HTTP/2 client over a proven channel. While it lives it pings every 15 seconds, and when a ping isn't answered before
 * the next one, it and the stream are destroyed with `silent`. An error of it reaches every open request, so it needs no
 * listener of its own. Closing it ends the stream. Destroying it destroys the stream at once unless that is stuck: Node's
 * session waits for its last write to be taken, so whoever can't wait destroys the stream too.
 */
export function connectHttp(stream: Duplex, { clock, mayTalk = () => true }: HttpOptions): ClientHttp2Session {
  const session = connect('http://sandbox', {
    createConnection: () => stream,
    settings: { enablePush: false, initialWindowSize: httpWindows.near.streamBytes },
    maxSessionMemory: 32,
  });
  session.on('error', () => {});
  session.once('connect', () => session.setLocalWindowSize(httpWindows.near.connectionBytes));
  keepAlive(session, { clock, mayTalk }, (error) => {
    if (error) session.destroy(error);
    stream.destroy(error);
  });
  return session;
}

function keepAlive(
  session: ClientHttp2Session,
  { clock, mayTalk }: Required<HttpOptions>,
  giveUp: (error?: ChannelError) => void,
): void {
  let unanswered = false;
  let due = 0;
  let timer: Disposable;
  const arm = () => {
    due = clock.now() + pingEveryMs;
    timer = clock.after(pingEveryMs, beat);
  };
  const beat = () => {
    // Destroyed on a stuck stream: no `close` came, and a ping would throw.
    if (session.destroyed) {
      giveUp();
      return;
    }
    if (unanswered && clock.now() - due < frozenMs) {
      giveUp(new ChannelError('silent', `the far side has not answered for ${pingEveryMs} ms`));
      return;
    }
    arm();
    if (!mayTalk()) return;
    unanswered = true;
    session.ping((error) => {
      if (!error) unanswered = false;
    });
  };
  arm();
  session.once('close', () => timer[Symbol.dispose]());
}

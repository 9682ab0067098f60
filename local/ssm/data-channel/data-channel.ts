import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { maxFrameBytes } from '../../../channel/codec/message.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { ExecSession } from '../sessions/exec-session.ts';
import type { ExecSessions } from '../sessions/exec-sessions.ts';
import { sessionLimits } from './pace.ts';

const policyViolation = 1008;

/** Lets clients open sessions by WebSocket at `server`. Disposing it cuts every socket off. */
export function serveDataChannel(server: Server, sessions: ExecSessions, clock: Clock): Disposable {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxFrameBytes });
  server.on('upgrade', (request, connection, head) => {
    // A peer that resets the connection in the middle of its upgrade.
    connection.on('error', () => connection.destroy());
    const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://service');
    const [, id = ''] = /^\/v1\/data-channel\/([\w-]{1,96})$/.exec(pathname) ?? [];
    const session = sessions.findForClient(id);
    if (!session || searchParams.get('role') !== 'publish_subscribe') {
      connection.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, connection, head, (socket) => openSession(socket, session, clock));
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** The first frame says the token; nothing is answered to it, but a socket without a good one is closed. */
function openSession(socket: WebSocket, session: ExecSession, clock: Clock): void {
  // What goes wrong on a socket ends it, and that is heard of as its end.
  socket.on('error', () => undefined);
  const tooLate = clock.after(sessionLimits.openMs, () => socket.close(policyViolation, 'no token came'));
  socket.once('close', () => tooLate[Symbol.dispose]());
  socket.once('message', (data, isBinary) => {
    tooLate[Symbol.dispose]();
    const token = isBinary ? undefined : tokenOf(data);
    if (token === undefined || !session.tokens.redeem(token)) {
      socket.close(policyViolation, 'the token is not valid');
    } else session.connect(socket);
  });
}

function tokenOf(data: RawData): string | undefined {
  try {
    const { TokenValue } = JSON.parse(String(data));
    return typeof TokenValue === 'string' ? TokenValue : undefined;
  } catch {
    return undefined;
  }
}

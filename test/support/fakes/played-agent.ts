import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { OpenChannel } from '../../../lambdas/aws/channel/kept/open-channel.ts';

export interface AgentAsked {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly stream: ServerHttp2Stream;
}

/** An agent that a test plays, behind a real HTTP/2 connection; `open` makes a channel to it. Ends with the test. */
export async function playedAgent(play: (asked: AgentAsked) => unknown) {
  const server = createServer();
  const opened: { terminated: boolean; closed: boolean; kill: () => void }[] = [];
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => undefined);
    let body = '';
    for await (const chunk of stream) body += chunk;
    const url = new URL(String(headers[':path']), 'http://sandbox');
    await play({ method: String(headers[':method']), url, body, stream });
  });
  const path = join(tmpdir(), `matrx-${randomUUID()}.sock`);
  server.listen(path);
  await once(server, 'listening');
  const open = async (): Promise<OpenChannel> => {
    const socket = dial(path);
    const http = connect('http://sandbox', { createConnection: () => socket });
    http.on('error', () => undefined);
    const channel = { terminated: false, closed: false, kill: () => socket.destroy() };
    opened.push(channel);
    const end = (how: 'terminated' | 'closed') => async () => {
      channel[how] = true;
      http.destroy();
      return how === 'closed';
    };
    return { http, close: end('closed'), terminate: end('terminated') };
  };
  onTestFinished(async () => {
    for (const { kill } of opened) kill();
    await new Promise((resolve) => server.close(resolve));
  });
  return { open, opened };
}

import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { openConnection } from '../../../client/connection.ts';
import { readBody } from '../../../client/http/read/read-answer.ts';
import { buildRequest } from '../../../client/http/request.ts';
import { attempt } from '../../../client/http/send/attempt.ts';
import { Service } from '../../../client/service.ts';
import { routes } from '../../../contract/api/routes.ts';
import { listen } from '../../../local/aws/listen.ts';

const status = async (url: string, failing?: typeof fetch) => {
  const options = { url, credentials: { token: 't' }, attempts: 1, ...(failing && { fetch: failing }) };
  return (await Service.connect(options)).status();
};

/** The port of a server that is closed when the test is over. */
async function portOf(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, [Symbol.dispose]: () => void server.close() };
}

test.each([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'no host of that name'],
  ['EAI_AGAIN', "can't be looked up"],
  ['UND_ERR_CONNECT_TIMEOUT', 'does not answer'],
  ['CERT_HAS_EXPIRED', 'certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
])('H1: a connection that fails with %s is unreachable, and the message says why', async (code, why) => {
  const cause = Object.assign(new Error('of the system'), { code });
  const failing = () => Promise.reject(new TypeError('fetch failed', { cause }));
  await expect(status('https://service.example', failing)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(
      new RegExp(`^GET https://service\\.example/health can't connect: .*${why}.* \\(${code}\\)$`),
    ),
    cause: { cause },
  });
});

test('a port on which something else speaks is a wrong answer, which no second attempt betters', async () => {
  await using plain = await listen((_, response) => response.end('{}'));
  await expect(status(plain.url.replace('http:', 'https:'))).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining('speaks no HTTPS'),
    retry: false,
  });
  using greeting = await portOf(createServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-x\r\n')));
  await expect(status(`http://127.0.0.1:${greeting.port}`)).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining('speaks no HTTP ('),
  });
});

test('an answer that turns to something else in its middle is a lost connection: what was asked may have been done', async () => {
  const begun = Promise.withResolvers<ServerResponse>();
  await using server = await listen((_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).flushHeaders();
    begun.resolve(response);
  });
  const connection = await openConnection({ url: server.url, credentials: { token: 't' } });
  const request = buildRequest(connection, routes.getMe, {}, {});
  using answer = await attempt(connection, request, new AbortController().signal);
  (await begun.promise).socket?.end('no size of a chunk\r\n');
  await expect(readBody(answer)).rejects.toMatchObject({ code: 'connection_lost' });
});

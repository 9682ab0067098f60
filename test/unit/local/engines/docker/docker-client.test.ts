import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { DockerClient } from '../../../../../local/engines/docker/api/docker-client.ts';
import { fakeDocker } from '../../../../support/fakes/fake-docker.ts';

test('a call sends its query and its body, and answers what came back', async () => {
  const { client } = await fakeDocker(async (request, response) => {
    const body = await request.toArray();
    response.end(JSON.stringify({ method: request.method, url: request.url, body: Buffer.concat(body).toString() }));
  });
  expect(await client.call('POST', '/x', { query: { all: true, name: 'a b' }, body: { n: 1 } })).toEqual({
    method: 'POST',
    url: '/x?all=true&name=a+b',
    body: '{"n":1}',
  });
});

test('an answer without a body is undefined', async () => {
  const { client } = await fakeDocker((_, response) => response.writeHead(204).end());
  expect(await client.call('DELETE', '/x')).toBeUndefined();
});

test("fails with the engine's own words and status", async () => {
  const { client } = await fakeDocker((_, response) => response.writeHead(409).end('{"message":"name is in use"}'));
  await expect(client.call('POST', '/x')).rejects.toMatchObject({ status: 409, message: 'name is in use' });
});

test('fails with what an engine says that is no JSON', async () => {
  const { client } = await fakeDocker((_, response) => response.writeHead(502).end('bad gateway'));
  await expect(client.call('GET', '/x')).rejects.toMatchObject({ status: 502, message: 'bad gateway' });
});

test('fails when the engine dies in the middle of its answer', async () => {
  const { client } = await fakeDocker((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"half":');
    setImmediate(() => response.destroy());
  });
  await expect(client.call('GET', '/x')).rejects.toThrow('aborted');
});

test('fails when an answer is longer than any that is asked for', async () => {
  const { client } = await fakeDocker((_, response) => {
    response.on('error', () => {});
    for (let i = 0; i < 20; i++) response.write(Buffer.alloc(1024 * 1024));
  });
  await expect(client.call('GET', '/x')).rejects.toThrow('answered more than');
});

test('fails when the engine says nothing for too long', async () => {
  const { client } = await fakeDocker(() => undefined);
  await expect(client.call('GET', '/x', { timeoutMs: 20 })).rejects.toThrow('GET /x got no answer in 20 ms');
});

test('fails when no engine listens', async () => {
  await expect(new DockerClient('/no/such/docker.sock').call('GET', '/x')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('fails when a connection is asked for and an answer comes', async () => {
  const { client } = await fakeDocker((_, response) => response.end('{}'));
  await expect(client.hijack('/x')).rejects.toThrow('/x was answered without a connection');
});

test('an archive that breaks off is the error, and not the engine that waits for its rest', async () => {
  const { client } = await fakeDocker((request) => void request.resume());
  const archive = Readable.from(
    (async function* () {
      yield Buffer.alloc(512);
      throw new Error('the disk is gone');
    })(),
  );
  await expect(client.upload('PUT', '/x', archive)).rejects.toThrow('the disk is gone');
});

test('an engine that refuses an archive says why, however much of it is still to come', async () => {
  const { client } = await fakeDocker((_, response) => response.writeHead(404).end('{"message":"no such container"}'));
  const endless = Readable.from(
    (function* () {
      for (let i = 0; i < 100; i++) yield Buffer.alloc(64 * 1024);
    })(),
  );
  await expect(client.upload('PUT', '/x', endless)).rejects.toMatchObject({
    status: 404,
    message: 'no such container',
  });
});

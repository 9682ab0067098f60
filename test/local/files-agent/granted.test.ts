import { once } from 'node:events';
import { connect as connectHttp } from 'node:http2';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { grantIdentity } from '../../../channel/codec/grant-key.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import type { Grant } from '../../../contract/agent/grant.ts';
import { systemClock } from '../../../contract/clock.ts';
import { type AgentMachine, startAgent, until } from '../../support/agent/agent-machine.ts';
import { fileCalls } from '../../support/agent/file-calls.ts';

// As long as a busy machine takes; a free one needs none of it.
const patient = { timeout: 20_000 };

/** Files as the holder of a grant has them, over a channel of its own. */
async function granted(machine: AgentMachine, fields: Partial<Grant> = {}) {
  const { channel_key, sandbox_id, user_id, generation } = machine.plane.assignment;
  const grant: Grant = {
    grant_id: `grt_${'0'.repeat(26)}`,
    sandbox_id,
    user_id,
    expires_at: new Date(Date.now() + 60_000).toISOString(),
    running_commands: 2,
    bytes: 10_000_000,
    ...fields,
  };
  const text = JSON.stringify(grant);
  const owner = { key: Buffer.from(channel_key, 'base64'), context: `${sandbox_id}/${generation}` };
  const socket = connect(machine.channelSocket).on('error', () => {});
  await once(socket, 'connect');
  await proveNear(socket, { ...grantIdentity(owner, text), grant: text }, systemClock, 5_000);
  const http = connectHttp('http://agent', { createConnection: () => socket }).on('error', () => {});
  onTestFinished(() => http.destroy());
  return { http, files: fileCalls(http), closed: once(socket, 'close') };
}

test('the holder of a grant writes and reads files, and the log says so', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const { files } = await granted(machine);
  expect(await files.write('file', 'x')).toMatchObject({ created: true });
  expect((await files.read('file')).toString()).toBe('x');
  const told = machine.logs.filter((line) => line.includes('grant.files'));
  expect(told.map((line) => JSON.parse(line).operation)).toEqual(['writeFile', 'readFile']);
});

test('M2: a grant can’t make the agent speak to a URL', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const { files } = await granted(machine);
  const requests = machine.plane.requests.length;
  const order = { path: 'f', hosts: ['storage.test'], url: 'http://storage.test/f', size: 1 };
  await expect(files.ask('POST', '/files/receive', order)).rejects.toMatchObject({ code: 'route_not_found' });
  await expect(files.ask('POST', '/files/send', order)).rejects.toMatchObject({ code: 'route_not_found' });
  expect(machine.plane.requests).toHaveLength(requests);
});

test('files count against a grant as commands do, its bytes too', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const { http, files } = await granted(machine, { bytes: 300_000 });
  const watches = [1, 2].map(() => http.request({ ':path': '/files/watch?path=.' }).on('error', () => {}));
  await Promise.all(watches.map((watch) => once(watch, 'data')));
  await expect(files.stat('.')).rejects.toMatchObject({ status: 429, code: 'too_many_commands' });
  for (const watch of watches) watch.close(8);
  await until(async () => (await files.stat('.').catch(() => undefined)) !== undefined);
  await fileCalls(machine.http).write('large', Buffer.alloc(500_000));
  await files.read('large').catch(() => {});
  const tried = () =>
    files.stat('.').then(
      () => 'open',
      () => 'over',
    );
  await expect.poll(tried, patient).toBe('over');
});

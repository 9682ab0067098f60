import { expect, test } from 'vitest';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { openSession } from '../../../channel/near/session.ts';
import { Sandbox } from '../../../client/index.ts';
import type { Access } from '../../../contract/api/access.ts';
import { type Caller, call, createReady, exec, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

const callerOf = async (stack: Stack): Promise<Caller> => ({ fetch: await stack.asPerson('ann'), door: '/v1' });

test('a deployment offers no channels to callers unless it says so', async () => {
  await using stack = await startStack();
  const owner = await callerOf(stack);
  const { sandbox_id: id } = await createReady(owner);
  await expectError(call(owner, 'POST', `/sandboxes/${id}/access`, {}), 'forbidden', 403);
  const { token } = stack.service.local.person;
  const sandbox = await Sandbox.create({ url: stack.url, credentials: { token }, transport: 'auto' });
  expect(await sandbox.commands.run('echo by exec')).toMatchObject({ stdout: 'by exec\n' });
});

test('a caller is refused while all slots are lent, and gets one soon after its holder has died without a word', async () => {
  // A minute of silence is eight seconds. Functions keep the same time, and a busy machine takes seconds to start one.
  await using stack = await startStack({ clientChannels: true, clockRate: 8, hazards: { sessions: { limit: 2 } } });
  const { clock } = stack.service;
  const owner = await callerOf(stack);
  const { sandbox_id: id } = await createReady(owner);
  const path = `/sandboxes/${id}/access`;
  const { status, body: access } = await call<Access>(owner, 'POST', path, { ttl_seconds: 3_600 });
  expect(status).toBe(201);
  const { stream_url: streamUrl, token } = access.session;
  let socket: WebSocket | undefined;
  const connect = (url: string) => {
    socket = new WebSocket(url);
    return socket;
  };
  const session = openSession({ streamUrl, tokenValue: token ?? '', clock, connect });
  await session.ready;
  const key = Buffer.from(access.channel_key, 'base64');
  await proveNear(session.stream, { key, context: access.context, grant: access.grant }, clock, 100_000);
  connectHttp(session.stream, { clock }).on('error', () => undefined);

  expect(await expectError(call(owner, 'POST', path, {}), 'capacity_unavailable', 503)).toMatchObject({ channels: 1 });
  expect(await exec(owner, id, { command: 'echo still' })).toMatchObject({ stdout: 'still\n' });

  socket?.close();
  // Its grant is good for an hour: three minutes of the machine's.
  for (;;) {
    const again = await call<Access>(owner, 'POST', path, {});
    if (again.status === 201) break;
    expect(again.status).toBe(503);
  }
  await session.close();
  await expectError(call(owner, 'POST', `${path}/${access.grant_id}/resume`, {}), 'access_ended', 410);
}, 120_000);

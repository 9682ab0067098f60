import { expect, test } from 'vitest';
import { Sandbox } from '../../../client/index.ts';
import { startStack } from '../../support/stack/stack.ts';

test('a command goes on when its grant has expired unrenewed, the error is typed, and exec joins the command', async () => {
  await using stack = await startStack({ clientChannels: true, clockRate: 3 });
  const { local, clock } = stack.service;
  const service = { url: stack.url, credentials: { token: local.person.token } };
  const { sandboxId } = await Sandbox.create(service);
  // A grant of a minute is over in twenty seconds, and the client's renewals keep the same time. A clock that ran faster would
  // have the channel given up for every moment in which a busy machine stands still.
  const connection = { ...service, clock };
  // The service renews nothing, so that the agent is the one who ends the channel.
  const shortGrant: typeof fetch = async (input, init) => {
    if (String(input).endsWith('/resume')) return Response.json({}, { status: 403 });
    const body = String(input).endsWith('/access') ? { body: JSON.stringify({ ttl_seconds: 60 }) } : {};
    return fetch(input, { ...init, ...body });
  };
  const options = { idempotencyKey: 'once', timeoutMs: 3_000_000 };
  const command = 'echo x >> ran; echo one; until [ -e go ]; do sleep 0.05; done; echo two';
  const held = await Sandbox.connect(sandboxId, { ...connection, transport: 'channel', fetch: shortGrant });
  const error = await held.commands.run(command, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'access_ended', details: { idempotency_key: 'once' } });
  await held.disconnect();
  const byExec = await Sandbox.connect(sandboxId, { ...service, transport: 'auto' });
  await byExec.disconnect();
  await byExec.commands.run('touch go');
  expect(await byExec.commands.run(command, options)).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n' });
  expect(await byExec.commands.run('cat ran')).toMatchObject({ stdout: 'x\n' });
}, 120_000);

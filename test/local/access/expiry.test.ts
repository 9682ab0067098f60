import { expect, test } from 'vitest';
import { Sandbox } from '../../../client/index.ts';
import { startStack } from '../../support/stack/stack.ts';

test('a command goes on when its grant has expired unrenewed, the error is typed, and exec joins the command', async () => {
  await using stack = await startStack({ clientChannels: true, clockRate: 30 });
  const { local, clock } = stack.service;
  const service = { url: stack.url, credentials: { token: local.person.token } };
  const { sandboxId } = await Sandbox.create(service);
  // A grant of a quarter of an hour is over in half a minute, and the client's renewals keep the same time.
  const connection = { ...service, clock };
  // The service renews nothing from now on, so that the agent is the one who ends the channel.
  const refuseRenewal: typeof fetch = async (input, init) => {
    if (String(input).includes('/resume')) return Response.json({}, { status: 403 });
    return fetch(input, init);
  };
  const options = { idempotencyKey: 'once', timeoutMs: 3_000_000 };
  const command = 'echo x >> ran; echo one; until [ -e go ]; do sleep 0.05; done; echo two';
  const held = await Sandbox.connect(sandboxId, { ...connection, transport: 'channel', fetch: refuseRenewal });
  const error = await held.commands.run(command, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'access_ended', details: { idempotency_key: 'once' } });
  await held.disconnect();
  const byExec = await Sandbox.connect(sandboxId, { ...service, transport: 'auto' });
  await byExec.disconnect();
  await byExec.commands.run('touch go');
  expect(await byExec.commands.run(command, options)).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n' });
  expect(await byExec.commands.run('cat ran')).toMatchObject({ stdout: 'x\n' });
}, 120_000);

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { openSession } from '../../../channel/near/session.ts';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import type { Access } from '../../../contract/api/access.ts';
import { systemClock } from '../../../contract/clock.ts';
import { requestFrames, requestHealth } from '../../support/agent/agent-machine.ts';
import { heldSockets } from '../../support/channel/held-sockets.ts';
import { type Caller, call, createReady, exec, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let owner: Caller;
let connection: ConnectionOptions;

beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
  const token = await stack.service.tokens.issueAccessToken({
    sub: 'ann',
    scopes: ['matrx/sandbox.read', 'matrx/sandbox.write', 'matrx/sandbox.exec'],
  });
  owner = { fetch: await stack.asPerson('ann'), door: '/v1' };
  connection = { url: stack.url, credentials: { token } };
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const newSandbox = async (): Promise<string> => {
  const { sandbox_id } = await createReady(owner);
  onTestFinished(async () => {
    await call(owner, 'DELETE', `/sandboxes/${sandbox_id}?graceful=false`);
  });
  return sandbox_id;
};

const createAccess = async (id: string, body: object = {}): Promise<Access> => {
  const answer = await call<Access>(owner, 'POST', `/sandboxes/${id}/access`, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};

/** The channel of an access, opened by hand; with another key or grant where that is given. */
async function openBy(access: Access, shown: Partial<Pick<Access, 'grant' | 'channel_key'>> = {}) {
  const { grant, channel_key } = { ...access, ...shown };
  const { stream_url: streamUrl, token } = access.session;
  const session = openSession({ streamUrl, tokenValue: token ?? '', clock: systemClock });
  onTestFinished(async () => void (await session.close()));
  await session.ready;
  const key = Buffer.from(channel_key, 'base64');
  await proveNear(session.stream, { key, context: access.context, grant }, systemClock, 5_000);
  return { http: connectHttp(session.stream, { clock: systemClock }), session };
}

test('what a command printed while its connection was cut arrives, each byte once', async () => {
  const id = await newSandbox();
  const held = heldSockets();
  const sandbox = await Sandbox.connect(id, { ...connection, transport: 'channel', webSocket: held.webSocket });
  onTestFinished(() => sandbox.disconnect());
  const lines: string[] = [];
  let cuts = 0;
  const result = await sandbox.commands.run('for n in $(seq 1 300); do echo line $n; sleep 0.01; done', {
    onStdout: (piece) => {
      lines.push(Buffer.from(piece).toString());
      if (lines.join('').length > 700 * (cuts + 1) && cuts < 2) {
        cuts++;
        held.cut();
      }
    },
  });
  const expected = Array.from({ length: 300 }, (_, n) => `line ${n + 1}\n`).join('');
  expect(result).toMatchObject({ outcome: 'exited', exitCode: 0, stdout: expected });
  expect(lines.join('')).toBe(expected);
  expect([cuts, held.sockets.length]).toEqual([2, 3]);
});

test('a command that runs when its grant ends goes on, and is read on by exec', async () => {
  const id = await newSandbox();
  const sandbox = await Sandbox.connect(id, { ...connection, transport: 'channel' });
  onTestFinished(() => sandbox.disconnect());
  const options = { idempotencyKey: 'once', timeoutMs: 60_000 };
  const command = 'echo x >> ran; echo one; until [ -e go ]; do sleep 0.05; done; echo two';
  const started = Promise.withResolvers<void>();
  const onStdout = () => started.resolve();
  const cut = sandbox.commands.run(command, { ...options, onStdout }).catch((error: unknown) => error);
  await started.promise;
  await sandbox.disconnect();
  expect(await cut).toMatchObject({ details: { command_id: expect.stringMatching(/^cmd_/), idempotency_key: 'once' } });
  const byExec = await Sandbox.connect(id, { ...connection, transport: 'auto' });
  await byExec.disconnect();
  await exec(owner, id, { command: 'touch go' });
  expect(await byExec.commands.run(command, options)).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n' });
  expect(await exec(owner, id, { command: 'cat ran' })).toMatchObject({ stdout: 'x\n' });
});

test('C1: a grant opens no channel of another sandbox, and none when a letter of it was changed', async () => {
  const [one, two] = [await newSandbox(), await newSandbox()];
  const [first, second] = [await createAccess(one), await createAccess(two)];
  const refused = { code: expect.stringMatching(/^proof_/) };
  await expect(openBy(second, first)).rejects.toMatchObject(refused);
  const longer = first.grant.replace(/"bytes":\d+/, '"bytes":99999999999999');
  expect(longer).not.toBe(first.grant);
  await expect(openBy(first, { grant: longer })).rejects.toMatchObject(refused);
});

test('a grant reaches commands and nothing of the machine itself', async () => {
  const id = await newSandbox();
  const { http } = await openBy(await createAccess(id));
  const { stdout } = await requestFrames(http, { argv: ['echo', 'hello'], env: {} });
  expect(stdout.toString()).toBe('hello\n');
  await expect(requestHealth(http)).rejects.toThrow();
  http.destroy();
});

test('a channel that was ended is closed at once, and its grant opens nothing any more', async () => {
  const id = await newSandbox();
  const access = await createAccess(id);
  const { session } = await openBy(access);
  const path = `/sandboxes/${id}/access/${access.grant_id}`;
  const ended = await call(owner, 'DELETE', path);
  expect(ended).toMatchObject({ status: 200, body: { grant_id: access.grant_id } });
  await session.closed;
  expect(await call(owner, 'DELETE', path)).toEqual(expect.objectContaining({ status: 200, body: ended.body }));
  await expectError(call(owner, 'POST', `${path}/resume`, {}), 'access_ended', 410);
});

test('exec works beside a channel that its caller holds, and another can be opened when that has ended', async () => {
  const id = await newSandbox();
  const access = await createAccess(id);
  await openBy(access);
  expect(await exec(owner, id, { command: 'echo still here' })).toMatchObject({ stdout: 'still here\n' });
  await call(owner, 'DELETE', `/sandboxes/${id}/access/${access.grant_id}`);
  expect(await createAccess(id)).toMatchObject({ sandbox_id: id });
});

test('somebody else gets no channel, and learns of none', async () => {
  const id = await newSandbox();
  const { grant_id } = await createAccess(id);
  const other: Caller = { fetch: await stack.asPerson('bob'), door: '/v1' };
  await expectError(call(other, 'POST', `/sandboxes/${id}/access`, {}), 'not_found', 404);
  await expectError(call(other, 'POST', `/sandboxes/${id}/access/${grant_id}/resume`, {}), 'not_found', 404);
  await expectError(call(other, 'DELETE', `/sandboxes/${id}/access/${grant_id}`), 'not_found', 404);
});

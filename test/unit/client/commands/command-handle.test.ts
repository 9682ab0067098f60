import { expect, test } from 'vitest';
import { CommandError } from '../../../../client/commands/command-error.ts';
import type { ConnectionOptions } from '../../../../client/connection.ts';
import { Session } from '../../../../client/session.ts';
import { commandsOf } from '../../../support/agent/commands-of.ts';
import {
  answer,
  commandId,
  commandInfo,
  fail,
  finished,
  hangUp,
  type MisbehavingService,
  misbehavingService,
  output,
  sandboxId,
  started,
  stream,
} from '../../../support/fakes/misbehaving-service.ts';

const handleOf = async (service: MisbehavingService, more: ConnectionOptions = {}) =>
  (await commandsOf(service, more)).get(commandId);
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const path = `/v1/sandboxes/${sandboxId}/commands`;

test('a command is started in the background without a time-out, and started once', async () => {
  await using service = await misbehavingService(hangUp, answer(201, commandInfo()));
  const commands = await commandsOf(service);
  const handle = await commands.start(['npm', 'start'], { session: 'web', tty: { rows: 2, cols: 3 }, stdin: true });
  expect(handle).toMatchObject({
    commandId,
    sandboxId,
    info: { outcome: 'running', startedAt: new Date('2026-01-01') },
  });
  const [first, second] = service.seen;
  expect(`${first?.method} ${first?.url}`).toBe(`POST ${path}`);
  expect(JSON.parse(String(first?.body))).toEqual({
    argv: ['npm', 'start'],
    session: 'web',
    tty: { rows: 2, cols: 3 },
    stdin: 'pipe',
  });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test('an option that nobody reads is refused, which in JavaScript nobody else would tell', async () => {
  await using service = await misbehavingService();
  const commands = await commandsOf(service);
  const mistyped: object = { cwd: '/tmp', timeout: 1_000 };
  const refused = {
    code: 'invalid_request',
    details: { field: 'timeout', rule: expect.stringContaining('timeoutMs') },
  };
  await expect(commands.run('make', mistyped)).rejects.toMatchObject(refused);
  await expect(commands.start('make', mistyped)).rejects.toMatchObject(refused);
  expect(service.seen).toEqual([]);
});

test('what is no command is refused before it is sent', async () => {
  await using service = await misbehavingService();
  const commands = await commandsOf(service);
  const run: (command: unknown) => Promise<unknown> = (command) => Reflect.apply(commands.run, commands, [command]);
  for (const command of [undefined, null, 7, {}])
    await expect(run(command)).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'command' } });
  expect(service.seen).toEqual([]);
});

test('a handle waits over as many streams as it takes, each from where the last one broke', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([started, output('stdout', 0, 'abc'), output('stderr', 0, 'x')], 'cut'),
    stream([started, output('stdout', 3, 'd'), finished({ outcome: 'running', exit_code: null })]),
    stream([started, output('stderr', 1, 'y'), finished({ exit_code: 4, stdout_bytes: 4 })]),
  );
  const handle = await handleOf(service);
  expect(await handle.wait()).toMatchObject({ outcome: 'exited', exitCode: 4, stdout: 'abcd', stderr: 'xy' });
  const query = (stdout: number, stderr: number) =>
    `${path}/${commandId}/output?offset=${stdout}&stderr_offset=${stderr}&follow=true`;
  expect(service.seen.slice(1).map(({ url }) => url)).toEqual([query(0, 0), query(3, 1), query(4, 1)]);
});

test('a handle that waits with check throws what the command came to', async () => {
  await using service = await misbehavingService(answer(200, commandInfo()), stream([finished({ exit_code: 2 })]));
  const handle = await handleOf(service);
  await expect(handle.wait({ check: true })).rejects.toBeInstanceOf(CommandError);
});

test('whoever stops waiting gets what there is, and the command is left alone', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([started, output('stdout', 0, 'half')], 'silence'),
    answer(200, commandInfo({ duration_ms: 300 })),
  );
  const handle = await handleOf(service);
  expect(await handle.wait({ waitMs: 200 })).toMatchObject({ outcome: 'running', stdout: 'half', durationMs: 300 });
  expect(service.seen.every(({ method }) => method === 'GET')).toBe(true);
});

test('an abort ends a wait and an iteration with its reason', async () => {
  await using service = await misbehavingService(answer(200, commandInfo()), stream([started], 'silence'));
  const handle = await handleOf(service);
  const reason = new Error('enough');
  const signal = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    return controller.signal;
  };
  await expect(handle.wait({ signal: signal() })).rejects.toBe(reason);
  await expect(handle.output({ signal: signal() }).next()).rejects.toBe(reason);
});

test('output is read on in one stream from an offset, and says where it is', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([started, output('stderr', 7, '/w==', 'base64')], 'cut'),
    stream([started, output('stderr', 9, 'b'), finished()]),
  );
  const pieces = await all((await handleOf(service)).output({ stream: 'stderr', offset: 5 }));
  expect(pieces).toEqual([
    { stream: 'stderr', offset: 7, bytes: new Uint8Array([255]) },
    { stream: 'stderr', offset: 9, bytes: new Uint8Array([98]) },
  ]);
  expect(service.seen.slice(1).map(({ url }) => url.split('?')[1])).toEqual([
    'stream=stderr&offset=5&follow=true',
    'stream=stderr&offset=8&follow=true',
  ]);
});

test('without following, the output there is comes page by page, and what comes meanwhile does not', async () => {
  const page = (offset: number, data: string, produced: number) =>
    answer(200, {
      command_id: commandId,
      stream: 'stdout',
      offset,
      data,
      encoding: 'utf8',
      next_offset: offset + data.length,
      first_available: 0,
      produced_bytes: produced,
      ended: false,
    });
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    page(0, 'abc', 5),
    page(3, 'de', 7),
    page(0, '', 0),
  );
  const pieces = await all((await handleOf(service)).output({ follow: false }));
  expect(pieces.map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(['abc', 'de']);
  expect(service.seen).toHaveLength(4);
});

test('an iteration that is left stops reading', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([started, output('stdout', 0, 'a'), output('stdout', 1, 'b')], 'silence'),
  );
  for await (const { bytes } of (await handleOf(service)).output()) {
    expect(bytes).toHaveLength(1);
    break;
  }
  expect(service.seen).toHaveLength(2);
});

test('H1: kill asks for SIGTERM and SIGKILL after it; a signal is sent once, whatever becomes of the answer', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    answer(200, commandInfo()),
    answer(200, commandInfo()),
    hangUp,
  );
  const handle = await handleOf(service);
  await handle.kill();
  await handle.kill({ graceMs: 0 });
  await expect(handle.signal('SIGINT')).rejects.toMatchObject({ code: 'connection_lost' });
  expect(service.seen.slice(1).map(({ body }) => JSON.parse(body))).toEqual([
    { signal: 'SIGTERM', escalate_after_ms: 2_000 },
    { signal: 'SIGKILL' },
    { signal: 'SIGINT' },
  ]);
});

test('commands are listed page after page, and a list that leads to itself is refused', async () => {
  const page = (next_cursor: string | null) => answer(200, { commands: [commandInfo()], next_cursor });
  await using service = await misbehavingService(page('a'), page(null), page('b'), page('b'));
  const commands = await commandsOf(service);
  expect(await all(commands.list({ state: 'running', pageSize: 1 }))).toHaveLength(2);
  expect(service.seen.map(({ url }) => url)).toEqual([
    `${path}?state=running&limit=1`,
    `${path}?state=running&limit=1&cursor=a`,
  ]);
  await expect(all(commands.list())).rejects.toMatchObject({ code: 'bad_answer' });
});

test('a session names itself with each of its commands, and says when it is busy', async () => {
  await using service = await misbehavingService(
    stream([started, finished()]),
    answer(201, commandInfo()),
    fail('session_busy'),
  );
  const session = new Session(await commandsOf(service, { attempts: 1 }), 'build');
  await session.run('cd src');
  await session.start('make');
  await expect(session.run('ls')).rejects.toMatchObject({ code: 'session_busy' });
  expect(service.seen.map(({ body }) => JSON.parse(body).session)).toEqual(['build', 'build', 'build']);
});

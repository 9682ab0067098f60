import { expect, test } from 'vitest';
import {
  answer,
  commandId,
  commandInfo,
  finished,
  type MisbehavingService,
  misbehavingService,
  output,
  sandboxId,
  started,
  stream,
} from '../../support/fakes/misbehaving-service.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';

const matrx = ({ url }: MisbehavingService, argv: readonly string[]) =>
  runMatrx(argv, { env: { MATRX_URL: url, MATRX_TOKEN: 't' } });

test('exec --detach prints the id of a command that nobody waits for', async () => {
  await using service = await misbehavingService(answer(201, commandInfo()));
  const run = await matrx(service, ['exec', sandboxId, '-d', '--session', 'web', '--', 'npm', 'start']);
  expect(run).toMatchObject({ exitCode: 0, stdout: Buffer.from(`${commandId}\n`) });
  expect(service.seen).toMatchObject([{ method: 'POST', url: `/v1/sandboxes/${sandboxId}/commands` }]);
  expect(JSON.parse(service.seen[0]?.body ?? '')).toEqual({ argv: ['npm', 'start'], session: 'web' });
});

test('ps shows what runs, or all; control characters of a command steer no terminal', async () => {
  const command = `\x1b[2J${'x'.repeat(100)}`;
  await using service = await misbehavingService(
    answer(200, { commands: [commandInfo({ command })], next_cursor: null }),
    answer(200, { commands: [commandInfo({ outcome: 'signaled', signal: 'SIGKILL' })], next_cursor: null }),
    answer(200, { commands: [], next_cursor: null }),
  );
  const running = (await matrx(service, ['ps', sandboxId])).stdout.toString();
  expect(running).toMatch(/^ID +OUTCOME +EXIT .*\n.* running +- .*\?\[2Jx{56}\n$/);
  expect((await matrx(service, ['ps', sandboxId, '-a'])).stdout.toString()).toMatch(/ signaled +SIGKILL /);
  expect((await matrx(service, ['ps', sandboxId])).stderr).toContain('--all');
  expect(service.seen.map(({ url }) => url.split('?')[1])).toEqual([
    'state=running&limit=100',
    'state=all&limit=100',
    'state=running&limit=100',
  ]);
});

test('logs of a command follow each stream to where it belongs, over a cut', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([started, output('stdout', 0, 'one\n'), output('stderr', 0, 'oops\n')], 'cut'),
    stream([started, output('stdout', 4, 'two\n'), finished({ exit_code: 7 })]),
  );
  const run = await matrx(service, ['logs', sandboxId, commandId, '-f']);
  expect(run).toMatchObject({ exitCode: 0, stdout: Buffer.from('one\ntwo\n'), stderr: 'oops\n' });
});

test('logs --json are the pieces of the output with their offsets', async () => {
  await using service = await misbehavingService(
    answer(200, commandInfo()),
    stream([output('stderr', 5, '/w==', 'base64'), finished()]),
  );
  const run = await matrx(service, [
    'logs',
    sandboxId,
    commandId,
    '-f',
    '--json',
    '--stream',
    'stderr',
    '--offset',
    '5',
  ]);
  expect(JSON.parse(run.stdout.toString())).toEqual({ event: 'stderr', offset: 5, data: '/w==', encoding: 'base64' });
  expect(service.seen[1]?.url).toContain('stream=stderr&offset=5');
});

test.each([
  [[], { signal: 'SIGTERM', escalate_after_ms: 2_000 }],
  [['-s', 'int'], { signal: 'SIGINT' }],
  [['-s', 'SIGHUP', '--after', '5s'], { signal: 'SIGHUP', escalate_after_ms: 5_000 }],
])('kill %j sends %j', async (flags, body) => {
  await using service = await misbehavingService(answer(200, commandInfo()));
  expect(await matrx(service, ['kill', sandboxId, commandId, ...flags])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(service.seen[1]?.body ?? '')).toEqual(body);
});

test.each([
  [['kill', sandboxId], 'expected a command id'],
  [['kill', sandboxId, 'cmd_1'], '"cmd_1" is no command id'],
  [['kill', sandboxId, commandId, '-s', 'SIGTREM'], 'did you mean SIGTERM?'],
  [['logs', sandboxId, commandId, '--offset', '-1'], 'needs a value'],
  [['logs', sandboxId, '--stream', 'stdout'], 'is of a command'],
  [['exec', sandboxId, '-dt', '--', 'sh'], 'expected one of --detach and --tty'],
  [['exec', sandboxId, '-i', '--json', '--', 'sh'], '--json is not for --interactive'],
  [['shell', sandboxId, '--', 'ls'], 'matrx exec -it'],
  [['shell', sandboxId, '--user', 'rot'], 'did you mean root?'],
  [['attach', sandboxId, commandId, '--transport', 'htp'], 'did you mean http?'],
])('wrong usage %j says what is right and exits with 2', async (argv, message) => {
  const { exitCode, stderr } = await runMatrx(argv);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) });
});

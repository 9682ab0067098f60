import { expect, test } from 'vitest';
import { Sandbox, Service } from '../../../client/index.ts';
import {
  answer,
  fail,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
  sandboxRecord,
} from '../../support/fakes/misbehaving-service.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';

const env = ({ url }: MisbehavingService) => ({ MATRX_URL: url, MATRX_TOKEN: 't' });
const state = {
  accepting: true,
  reason: null,
  daily_spend_cap_usd: null,
  changed_at: null,
  changed_by: null,
  spent_today_usd: 1.5,
  running_sandboxes: 3,
  usd_per_hour: 0.07425,
};
const at = '2027-01-15T08:00:00.000Z';
const point = { at, cpu: 0.25, memory_bytes: 5e8, disk_bytes: 1e9, processes: 12, running_commands: 1 };
const metrics = {
  sandbox_id: sandboxId,
  limits: { cpu: 0.5, memory_bytes: 1_024 ** 3, disk_bytes: 20 * 1_024 ** 3 },
  current: point,
  points: [{ ...point, cpu: 0 }, point],
};
const sums = { sandboxes: 2, sandbox_seconds: 7_260, commands: 9, usd: 0.05 };
const usage = {
  user_id: 'ada',
  from: '2027-01-01',
  to: '2027-01-15',
  group_by: 'label.team',
  rows: [
    { key: 'r\u001b[2Jed', ...sums },
    { key: null, ...sums },
  ],
  total: sums,
};

test('metrics are shown with their limits and the past hour as bars, or as the API has them', async () => {
  await using service = await misbehavingService(answer(200, metrics));
  const shown = await runMatrx(['metrics', sandboxId], { env: env(service) });
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout.toString()).toMatch(/cpu +0\.25 vCPU +of 0\.5 +▁▅\n/);
  expect(shown.stdout.toString()).toMatch(/memory +476\.8 MiB +of 1\.0 GiB/);
  const json = await runMatrx(['metrics', sandboxId, '--json'], { env: env(service) });
  expect(JSON.parse(json.stdout.toString())).toEqual(metrics);
});

test('a sandbox that has told nothing yet says so', async () => {
  await using service = await misbehavingService(answer(200, { ...metrics, current: null, points: [] }));
  const { exitCode, stdout } = await runMatrx(['metrics', sandboxId], { env: env(service) });
  expect({ exitCode, stdout: stdout.toString() }).toEqual({
    exitCode: 0,
    stdout: 'nothing yet: an agent tells its figures once a minute\n',
  });
});

test('use is a table with its total, and steers no terminal', async () => {
  await using service = await misbehavingService(answer(200, usage));
  const argv = ['usage', '--by', 'label.team', '--from', '2027-01-01', '--user', 'ada'];
  const { exitCode, stdout } = await runMatrx(argv, { env: env(service) });
  expect(exitCode).toBe(0);
  expect(stdout.toString().split('\n')).toEqual([
    expect.stringMatching(/^LABEL\.TEAM +SANDBOXES +TIME +COMMANDS +USD$/),
    expect.stringMatching(/^r\?\[2Jed +2 +2h 01m +9 +0\.0500$/),
    expect.stringMatching(/^- +2 /),
    expect.stringMatching(/^total +2 /),
    '',
  ]);
  expect(service.seen[0]?.url).toBe('/v1/usage?from=2027-01-01&group_by=label.team&user_id=ada');
});

test.each([
  [['status'], 'GET', '/v1/admin/deployment', ''],
  [['open'], 'PATCH', '/v1/admin/deployment', '{"accepting":true}'],
  [['close', 'moving house'], 'PATCH', '/v1/admin/deployment', '{"accepting":false,"reason":"moving house"}'],
  [['cap', '2.50'], 'PATCH', '/v1/admin/deployment', '{"daily_spend_cap_usd":2.5}'],
  [['cap', 'none'], 'PATCH', '/v1/admin/deployment', '{"daily_spend_cap_usd":null}'],
])('admin %j is one call, and shows the deployment', async (argv, method, url, body) => {
  await using service = await misbehavingService(answer(200, state));
  const { exitCode, stdout } = await runMatrx(['admin', ...argv], { env: env(service) });
  expect(exitCode).toBe(0);
  expect(service.seen).toMatchObject([{ method, url, body }]);
  expect(stdout.toString()).toContain('spent today    1.5000 USD, no cap');
});

test('pools are shown with what they cost', async () => {
  const pools = [{ template: 'base', size: 's', count: 3, idle: 2, starting: 1, usd_per_hour: 0.0743 }];
  await using service = await misbehavingService(answer(200, { pools }));
  const { exitCode, stdout } = await runMatrx(['admin', 'pool'], { env: env(service) });
  expect(exitCode).toBe(0);
  expect(service.seen).toMatchObject([{ method: 'GET', url: '/v1/admin/pools' }]);
  expect(stdout.toString()).toMatch(/base +s +3 +2 +1 +0\.0743 +54\.24/);
});

test('everybody’s sandboxes end only when that is said to be meant', async () => {
  await using service = await misbehavingService(answer(200, { stopping: 4, failed: 1, complete: true }));
  const refused = await runMatrx(['admin', 'stop-all', 'an incident'], { env: env(service) });
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('expected --yes') });
  expect(service.seen).toEqual([]);
  const meant = await runMatrx(['admin', 'stop-all', 'an incident', '--yes', '--now'], { env: env(service) });
  expect(meant.exitCode).toBe(0);
  expect(meant.stdout.toString()).toContain('4 are ending, 1 could not be told, and no other is left');
  expect(service.seen).toMatchObject([
    { url: '/v1/admin/stop-all', body: '{"reason":"an incident","graceful":false}' },
  ]);
});

test('a quota is shown, set and given back', async () => {
  const quota = { live_sandboxes: 5, creates_per_minute: 60, commands_per_minute: 6_000 };
  await using service = await misbehavingService(
    answer(200, { user_id: 'ada', quota, override: { live_sandboxes: 5 } }),
  );
  const run = (...argv: string[]) => runMatrx(['admin', 'quota', ...argv], { env: env(service) });
  expect((await run('ada')).stdout.toString()).toMatch(
    /live sandboxes +5 +set for this user\ncreates per minute +60 +as/,
  );
  expect((await run('ada', '--live', '5', '--commands', '0')).exitCode).toBe(0);
  expect((await run('ada', '--default')).exitCode).toBe(0);
  expect(service.seen.map(({ method, body }) => [method, body])).toEqual([
    ['GET', ''],
    ['PUT', '{"live_sandboxes":5,"commands_per_minute":0}'],
    ['DELETE', ''],
  ]);
  expect(new Set(service.seen.map(({ url }) => url))).toEqual(new Set(['/v1/admin/users/ada/quota']));
});

test.each([
  [['admin'], 'expected one of status'],
  [['admin', 'stopall'], 'did you mean stop-all?'],
  [['admin', 'close'], 'expected matrx admin close <reason>'],
  [['admin', 'cap', 'much'], 'expected dollars'],
  [['admin', 'quota', '*'], 'is no user id'],
  [['admin', 'quota', 'ada', '--live', 'x'], '--live is "x", expected a number'],
  [['admin', 'quota', 'ada', '--live', '1', '--default'], 'not both'],
  [['usage', 'ada'], 'unexpected argument'],
])('wrong usage %j says what is right and exits with 2', async (argv, message) => {
  await using service = await misbehavingService(answer(200, state));
  const { exitCode, stdout, stderr } = await runMatrx(argv, { env: env(service) });
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(service.seen).toEqual([]);
});

test('a closed deployment is a failure with its reason, and not waited for', async () => {
  await using service = await misbehavingService(fail('closed', { 'retry-after': '60' }));
  const { exitCode, stderr } = await runMatrx(['create'], { env: env(service) });
  expect({ exitCode, asked: service.seen.length }).toEqual({ exitCode: 1, asked: 1 });
  expect(stderr).toContain('(closed)');
});

test('the library tells metrics in its own names and use in those of the API', async () => {
  await using service = await misbehavingService(
    answer(200, sandboxRecord()),
    answer(200, metrics),
    answer(200, usage),
  );
  const connection = { url: service.url, credentials: { token: 't' } };
  const sandbox = await Sandbox.connect(sandboxId, connection);
  const told = await sandbox.metrics();
  expect(told.limits).toEqual({ cpu: 0.5, memoryBytes: 1_024 ** 3, diskBytes: 20 * 1_024 ** 3 });
  expect(told.current).toEqual({
    at: new Date(at),
    cpu: 0.25,
    memoryBytes: 5e8,
    diskBytes: 1e9,
    processes: 12,
    runningCommands: 1,
  });
  expect(told.points).toHaveLength(2);
  const client = await Service.connect(connection);
  expect(await client.usage({ group_by: 'label.team', from: '2027-01-01' })).toEqual(usage);
});

import { expect, test } from 'vitest';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { createAccess } from '../../../../lambdas/core/access/create-access.ts';
import { execCommand } from '../../../../lambdas/core/commands/exec-command.ts';
import { CommandPermits } from '../../../../lambdas/core/quotas/command-permits.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { FakeQuotas, FakeWindows } from '../../../support/fakes/fake-use.ts';
import { JumpingClock } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const minuteMs = 60_000;

/** Environments that share a table, at the beginning of a minute. */
function environments(count: number, commands_per_minute: number) {
  const clock = new JumpingClock(1_800_000_000_000 - (1_800_000_000_000 % minuteMs));
  const windows = new FakeWindows();
  const quotas = new FakeQuotas();
  const general = { live_sandboxes: 1, creates_per_minute: 1, commands_per_minute };
  const all = Array.from({ length: count }, () => new CommandPermits({ windows, quotas, clock, general }));
  const run = async (permits: CommandPermits, sandboxId = 'a', user_id = 'ada'): Promise<boolean> =>
    await permits.admit(sandboxId, Promise.resolve({ user_id })).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'rate_limited' });
        return false;
      },
    );
  return { clock, windows, quotas, all, run };
}

test('a user has exactly its commands of a minute in one environment, and the next minute has them again', async () => {
  const { clock, all, run } = environments(1, 100);
  const [permits] = all;
  if (!permits) throw new Error('no environment');
  for (let minute = 0; minute < 2; minute++) {
    let admitted = 0;
    for (let n = 0; n < 120; n++) if (await run(permits)) admitted += 1;
    expect(admitted).toBe(100);
    clock.pass(minuteMs);
  }
});

test('all environments together never admit more, and few fewer', async () => {
  const { all, run } = environments(10, 1_000);
  let admitted = 0;
  for (let n = 0; n < 2_000; n++) {
    const permits = all[(n * 7) % all.length];
    if (permits && (await run(permits))) admitted += 1;
  }
  expect(admitted).toBeLessThanOrEqual(1_000);
  expect(admitted).toBeGreaterThan(900);
});

test('most commands cost no write, and those of somebody refused cost none', async () => {
  const { windows, all, run } = environments(1, 6_000);
  const [permits] = all;
  if (!permits) throw new Error('no environment');
  for (let n = 0; n < 3_000; n++) await run(permits);
  expect(windows.writes).toBeLessThan(30);
  for (let n = 0; n < 3_000; n++) await run(permits);
  expect(windows.writes).toBeLessThan(150);
  const before = windows.writes;
  for (let n = 0; n < 100; n++) expect(await run(permits)).toBe(false);
  expect(windows.writes).toBe(before);
});

test('Retry-After is when the minute ends, and users are counted apart', async () => {
  const { clock, all, run } = environments(1, 1);
  const [permits] = all;
  if (!permits) throw new Error('no environment');
  clock.pass(17_000);
  expect(await run(permits)).toBe(true);
  expect(await run(permits, 'b', 'bob')).toBe(true);
  await expect(permits.admit('a', Promise.resolve({ user_id: 'ada' }))).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterSeconds: 43,
  });
});

test('what an operator set for a user rules from the next minute on at the latest', async () => {
  const { clock, quotas, all, run } = environments(1, 5);
  const [permits] = all;
  if (!permits) throw new Error('no environment');
  expect(await run(permits)).toBe(true);
  await quotas.set('ada', { commands_per_minute: 0 });
  clock.pass(minuteMs);
  expect(await run(permits)).toBe(false);
});

test('a command that may not run costs its user nothing, and says nothing of the user', async () => {
  const { windows, all, run } = environments(1, 3);
  const [permits] = all;
  if (!permits) throw new Error('no environment');
  expect(await run(permits)).toBe(true);
  const absent = () => permits.admit('a', Promise.reject(new SandboxError('not_found', 'no sandbox')));
  for (let n = 0; n < 10; n++) await expect(absent()).rejects.toMatchObject({ code: 'not_found' });
  expect(await run(permits)).toBe(true);
  expect(await run(permits)).toBe(true);
  expect(await run(permits)).toBe(false);
  await expect(absent()).rejects.toMatchObject({ code: 'not_found' });
  expect(windows.writes).toBeLessThan(5);
});

test('the record is read while the permit is taken, once the user is known', async () => {
  const { ready, ports } = fakeService();
  const id = await ready();
  const order: string[] = [];
  const { add } = ports.windows;
  ports.windows.add = async (...rest) => {
    order.push('counted');
    const used = await add.apply(ports.windows, rest);
    return used;
  };
  const { get } = ports.records;
  ports.records.get = async (sandboxId) => {
    const record = await get.call(ports.records, sandboxId);
    order.push('read');
    return record;
  };
  const run = () =>
    execCommand(
      { ...ports, rootCommands: false },
      callOf('execCommand', service, { params: { sandbox_id: id }, body: { command: 'true', wait_seconds: 0 } }),
    );
  await run();
  expect(order.slice(0, 2)).toEqual(['read', 'counted']);
  order.length = 0;
  await run();
  expect(order.slice(0, 2)).toEqual(['counted', 'read']);
});

test('a stranger learns of a sandbox only that it is not there, however busy its user is', async () => {
  const { ready, ports } = fakeService();
  const id = await ready();
  ports.quotas.overrides.set('ada', { commands_per_minute: 1 });
  const run = (caller = service as Parameters<typeof callOf<'execCommand'>>[1]) =>
    execCommand(
      { ...ports, rootCommands: false },
      callOf('execCommand', caller, { params: { sandbox_id: id }, body: { command: 'true', wait_seconds: 0 } }),
    );
  await run();
  await expect(run()).rejects.toMatchObject({ code: 'rate_limited' });
  await expect(run(person('eve'))).rejects.toMatchObject({ code: 'not_found' });
});

test('whoever may run no command opens no channel of its own either', async () => {
  const { ready, ports } = fakeService();
  const id = await ready();
  ports.quotas.overrides.set('ada', { commands_per_minute: 0 });
  const call = callOf('createAccess', person('ada'), { params: { sandbox_id: id } });
  await expect(createAccess(ports, call)).rejects.toMatchObject({ code: 'rate_limited' });
});

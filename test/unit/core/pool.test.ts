import { expect, test } from 'vitest';
import { announcedPool } from '../../../lambdas/core/pool/announced-pool.ts';
import { handOver } from '../../../lambdas/core/pool/hand-over.ts';
import type { Pool } from '../../../lambdas/core/pool/ports.ts';
import { readyRecord } from '../../../lambdas/core/pool/ready-record.ts';
import { reap } from '../../../lambdas/core/reaper/reap.ts';
import { settleTaskEvent } from '../../../lambdas/core/sandboxes/life/settle-task-event.ts';
import type { SandboxRecord } from '../../../lambdas/core/sandboxes/record.ts';
import { agentOf } from '../../support/calls.ts';
import { FakeCluster } from '../../support/fakes/fake-cluster.ts';
import { FakeCursors, FakeDueRecords } from '../../support/fakes/fake-reaper.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const minuteMs = 60_000;
const base: Pool = { template: 'base', size: 's', count: 2, maxAgeSeconds: 3_600, image: 'base:1' };

function begin(pools: readonly Pool[] = [base]) {
  const life = fakeService();
  const { ports, clock, greet } = life;
  const cluster = new FakeCluster(clock, () => 0.5);
  ports.pools = pools;
  ports.tasks.launch = (launch) => cluster.launch(launch);
  ports.tasks.stop = (arn) => cluster.stop(arn);
  const reaper = {
    ...ports,
    get pools() {
      return ports.pools;
    },
    dueRecords: new FakeDueRecords(ports.records),
    lookups: cluster,
    cursors: new FakeCursors(),
  };
  const minute = async () => {
    clock.pass(minuteMs);
    await reap(reaper);
  };
  const members = () => [...ports.pool.byPlace.values()];
  /** The pool is full, and each of its agents has said hello. */
  const fill = async () => {
    await minute();
    for (const { task } of members()) if (task) await greet(task.id);
  };
  const settleAll = async () => {
    for (const event of cluster.events.splice(0)) await settleTaskEvent(ports, event);
  };
  return { ...life, cluster, minute, members, fill, settleAll };
}

test('a pool is filled by the minute, once however often', async () => {
  const { minute, members, cluster } = begin();
  await minute();
  await minute();
  expect(members()).toHaveLength(2);
  expect(cluster.alive).toHaveLength(2);
});

test('an agent of a pool is told its place, the same each time, until it is told its sandbox', async () => {
  const { fill, members, greet, create, taskIdOf } = begin([{ ...base, count: 1 }]);
  await fill();
  const [member] = members();
  const place = await greet(member?.task?.id ?? '');
  expect(place).toMatchObject({
    body: { member_id: member?.member_id, channel_key: member?.agent?.channel_key },
  });
  const { sandbox_id: id, started_from } = await create();
  expect(started_from).toBe('pool');
  expect(taskIdOf(id)).toBe(member?.task?.id);
  expect(await greet(taskIdOf(id))).toMatchObject({
    body: { sandbox_id: id, generation: 1, pool_member: member?.member_id, channel_key: member?.agent?.channel_key },
  });
});

test('two creations never get one machine, and who finds none starts cold', async () => {
  const { fill, create, ports, recordOf, taskIdOf } = begin();
  await fill();
  const made = await Promise.all(Array.from({ length: 3 }, () => create()));
  const from = made.map(({ started_from }) => started_from).sort();
  expect(from).toEqual(['cold', 'pool', 'pool']);
  expect(new Set(made.map(({ sandbox_id }) => taskIdOf(sandbox_id))).size).toBe(3);
  expect(ports.pool.byPlace.size).toBe(0);
  for (const { sandbox_id } of made) expect(recordOf(sandbox_id).status).toBe('starting');
});

test('a machine that was never told anything is not handed out', async () => {
  const { minute, create } = begin();
  await minute();
  expect(await create()).toMatchObject({ started_from: 'cold' });
});

test.each([
  ['another size', { size: 'm' }],
  ['another disk', { disk_gb: 40 }],
])('a creation that wants %s starts cold', async (_, body) => {
  const { fill, create, members } = begin();
  await fill();
  expect(await create(body)).toMatchObject({ started_from: 'cold' });
  expect(members()).toHaveLength(2);
});

test('its user pays from the hand-over on', async () => {
  const { fill, create, clock } = begin();
  await fill();
  clock.pass(30 * minuteMs);
  expect((await create()).cost_usd).toBeLessThan(0.001);
});

test('a machine that gets too old, or runs another image, is ended and another takes its place', async () => {
  const { fill, minute, members, ports, cluster, clock } = begin([{ ...base, count: 1 }]);
  await fill();
  const [first] = members();
  clock.pass(3_600_000);
  await minute();
  const [second] = members();
  expect(second?.member_id).not.toBe(first?.member_id);
  ports.pools = [{ ...base, count: 1, image: 'base:2' }];
  await minute();
  expect(members()).toMatchObject([{ image: 'base:2' }]);
  clock.pass(3 * minuteMs);
  expect(cluster.alive).toHaveLength(1);
});

test('a machine of an old image is not handed out, though nobody has ended it yet', async () => {
  const { fill, create, ports } = begin();
  await fill();
  ports.pools = [{ ...base, image: 'base:2' }];
  expect(await create()).toMatchObject({ started_from: 'cold' });
});

test('the sweep leaves machines alone that wait, and those that were handed over', async () => {
  const { fill, create, minute, cluster, recordOf, beat } = begin();
  await fill();
  const { sandbox_id: id } = await create();
  await beat(id, {});
  for (let n = 0; n < 5; n++) await minute();
  expect(recordOf(id).status).toBe('ready');
  expect(cluster.alive.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')).toHaveLength(3);
});

test('a machine that dies leaves its pool, by its event or by the minute', async () => {
  const { fill, members, cluster, settleAll, minute, clock } = begin();
  await fill();
  const [one, other] = members();
  cluster.exit(one?.task?.id ?? '', 137);
  await settleAll();
  expect(members()).toHaveLength(1);
  clock.pass(3 * minuteMs);
  cluster.vanish(other?.task?.id ?? '');
  await minute();
  expect(members().map(({ member_id }) => member_id)).not.toContain(other?.member_id);
  expect(members()).toHaveLength(2);
});

test('a machine that dies after it was handed over ends its sandbox', async () => {
  const { fill, create, cluster, taskIdOf, settleAll, recordOf } = begin();
  await fill();
  const { sandbox_id: id } = await create();
  cluster.exit(taskIdOf(id), 137);
  await settleAll();
  expect(recordOf(id)).toMatchObject({ status: 'failed' });
});

test('a deployment that is closed keeps no machines waiting', async () => {
  const { fill, minute, members, ports, cluster, clock } = begin();
  await fill();
  await ports.operators.change({ accepting: false, reason: 'enough' }, new Date(clock.now()).toISOString(), 'op');
  await minute();
  expect(members()).toEqual([]);
  clock.pass(3 * minuteMs);
  expect(cluster.alive).toEqual([]);
});

test('where there is no room a place stays empty, and the next minute tries again', async () => {
  const { minute, members, cluster } = begin([{ ...base, count: 1 }]);
  cluster.refusals.push({ kind: 'refused', reason: 'capacity', detail: 'no room', nextAttempt: undefined });
  await minute();
  expect(members()).toEqual([]);
  await minute();
  expect(members()).toHaveLength(1);
});

test('a launch that nobody heard the end of is the same launch again', async () => {
  const { minute, members, cluster, ports } = begin([{ ...base, count: 1 }]);
  const launch = ports.tasks.launch;
  ports.tasks.launch = async (what) => {
    await launch(what);
    throw new Error('the answer was lost');
  };
  await minute();
  expect(members()).toMatchObject([{ task: null }]);
  ports.tasks.launch = launch;
  await minute();
  expect(members()).toMatchObject([{ task: { id: cluster.alive[0]?.id } }]);
  expect(cluster.alive).toHaveLength(1);
});

test('a machine whose agent never says hello is given up after ten minutes', async () => {
  const { minute, members } = begin([{ ...base, count: 1 }]);
  await minute();
  const [first] = members();
  for (let n = 0; n < 10; n++) await minute();
  expect(members()[0]?.member_id).not.toBe(first?.member_id);
});

test('the first channel brings the assignment, with the environment, and then the sandbox is ready', async () => {
  const { fill, create, ports, recordOf, beat } = begin();
  await fill();
  const { sandbox_id: id } = await create({ env: { NAME: 'ada' } });
  ports.channel.answer = async () => {
    await beat(id, {});
    return {};
  };
  const bring = handOver(ports);
  const record = await readyRecord({ handOver: bring }, recordOf(id), new AbortController().signal);
  expect(record.status).toBe('ready');
  expect(ports.channel.questions).toMatchObject([
    { path: '/assignment', body: { sandbox_id: id, env: { NAME: 'ada' } }, repeatable: true },
  ]);
});

test('a sandbox whose machine has not got ready yet is not ready, and says so', async () => {
  const { fill, create, ports, recordOf } = begin();
  await fill();
  const { sandbox_id: id } = await create();
  ports.channel.answer = () => ({});
  await expect(
    readyRecord({ handOver: handOver(ports) }, recordOf(id), new AbortController().signal),
  ).rejects.toMatchObject({ code: 'sandbox_not_ready' });
});

test('the task of a pool that nobody knows any more is nobody’s', async () => {
  const { fill, members, ports, greet } = begin();
  await fill();
  const [member] = members();
  if (member) await ports.pool.remove(member);
  await expect(greet(agentOf(member?.task?.id ?? '').taskId)).rejects.toMatchObject({ code: 'sandbox_not_ready' });
});

test('a hand-over is told as a transition, and that a machine was taken, though nobody listens', async () => {
  const { fill, create, ports } = begin([{ ...base, count: 1 }]);
  await fill();
  const told: string[] = [];
  const handOver = ports.pool.handOver.bind(ports.pool);
  const tell = async (previous: SandboxRecord | undefined, next: SandboxRecord) => {
    told.push(`${previous?.status} ${next.status}`);
  };
  const announceTaken = async ({ template, size }: Pick<Pool, 'template' | 'size'>) => {
    told.push(`taken ${template} ${size}`);
    throw new Error('nobody listens');
  };
  ports.pool.handOver = announcedPool({ handOver }, { tell, announceTaken }).handOver;
  const made = await Promise.all([create(), create()]);
  expect(made.map(({ started_from }) => started_from).sort()).toEqual(['cold', 'pool']);
  expect(told).toEqual(['creating starting', 'taken base s']);
});

import { expect, test } from 'vitest';
import type { Clock } from '../../contract/clock.ts';
import type { Claim } from '../../lambdas/core/claim.ts';
import { newId } from '../../lambdas/core/ids.ts';
import { applyEvent, type SandboxEvent } from '../../lambdas/core/sandboxes/life/apply-event.ts';
import type { SandboxRecords } from '../../lambdas/core/sandboxes/ports.ts';
import type { CreatingRecord, SandboxRecord } from '../../lambdas/core/sandboxes/record.ts';
import { creatingRecord } from '../support/stack/records.ts';

interface Subject {
  readonly records: SandboxRecords;
  readonly clock: Clock & { pass(ms: number): void };
}

const task = (id: string) => ({ arn: `arn:${id}`, id, launched_at: '2027-01-15T08:00:00.000Z', event_version: 0 });
const agent = { channel_key: Buffer.alloc(32).toString('base64'), session_limit: null, version: '1' };
const stopped: SandboxEvent = { name: 'task_stopped', reason: 'lost', detail: null };

/** What every implementation of SandboxRecords promises. Each test opens its own. */
export function defineSandboxRecordsSuite(open: () => Promise<Subject>): void {
  const begin = async () => {
    const { records, clock } = await open();
    const draft = (fields: Partial<CreatingRecord> = {}) => creatingRecord(clock.now(), fields);
    const create = async (fields: Partial<CreatingRecord> = {}, env = {}, claim?: Claim, quota = 10) => {
      const record = draft(fields);
      clock.pass(1);
      return { record, created: await records.create({ record, env, claim, quota }) };
    };
    const apply = async (record: SandboxRecord, event: SandboxEvent) => {
      const next = applyEvent(record, event, clock.now());
      if (next === undefined) throw new Error(`${event.name} changes nothing in ${record.status}`);
      return { next, isWritten: await records.replace(record, next) };
    };
    const accept = async (record: SandboxRecord) =>
      apply(record, { name: 'task_accepted', task: task(`t${record.sandbox_id}`) });
    return { records, clock, draft, create, apply, accept };
  };
  const claim = (hash: string, until = 4_000_000_000): Claim => ({
    scope: 'me#sandboxes',
    key: 'a # key',
    hash,
    until,
  });

  test('a record is read as it was written', async () => {
    const { records, create } = await begin();
    const { record, created } = await create({
      labels: { 'team/a': 'x' },
      on_ready: { command: 'true', timeout_seconds: 5 },
    });
    expect(created).toEqual({ kind: 'created' });
    expect(await records.get(record.sandbox_id)).toEqual(record);
    expect(await records.get(newId('sbx', 1))).toBeUndefined();
  });

  test('what the code inside left is read as it was written, whatever JSON it is', async () => {
    const { records, create, accept, apply } = await begin();
    const { record } = await create();
    const { next: starting } = await accept(record);
    const result = { huge: 1e300, tiny: 1e-300, '': null, deep: [[[[{ $: ['é', true] }]]]] };
    const { next } = await apply(starting, { name: 'agent_ending', reason: 'completed', detail: null, result });
    expect(await records.get(record.sandbox_id)).toEqual(next);
    expect(next).toMatchObject({ result });
  });

  test('a key is taken once, and whoever comes later learns by whom, beyond the quota too', async () => {
    const { create } = await begin();
    const first = await create({}, {}, claim('one'), 1);
    const again = await create({}, {}, claim('two'), 1);
    expect(again.created).toEqual({ kind: 'claimed', id: first.record.sandbox_id, hash: 'one' });
  });

  test('a key can be taken again when its time is over', async () => {
    const { create, clock } = await begin();
    await create({}, {}, claim('one', Math.floor(clock.now() / 1000) + 60));
    clock.pass(120_000);
    expect((await create({}, {}, claim('two'))).created).toEqual({ kind: 'created' });
  });

  test('the quota holds when many create at once', async () => {
    const { records, create } = await begin();
    const all = await Promise.all(Array.from({ length: 6 }, () => create({}, {}, undefined, 3)));
    expect(all.filter(({ created }) => created.kind === 'created')).toHaveLength(3);
    expect(await records.countLive('ada')).toBe(3);
    expect(await records.countLive('bob')).toBe(0);
  });

  test('the creations of a minute have their bound, and one that is refused counts for nothing', async () => {
    const { records, clock, draft } = await begin();
    const create = (rate: { minuteMs: number; limit: number }, quota = 10) =>
      records.create({ record: draft(), env: {}, claim: undefined, quota, rate });
    const minute = { minuteMs: clock.now(), limit: 2 };
    expect(await create(minute, 0)).toEqual({ kind: 'over_quota' });
    const all = await Promise.all(Array.from({ length: 4 }, () => create(minute)));
    expect(all.map(({ kind }) => kind).sort()).toEqual(['created', 'created', 'over_rate', 'over_rate']);
    expect(await create({ ...minute, minuteMs: clock.now() + 60_000 })).toEqual({ kind: 'created' });
    expect(await create({ minuteMs: clock.now() + 120_000, limit: 0 })).toEqual({ kind: 'over_rate' });
    expect(await records.countLive('ada')).toBe(3);
  });

  test('of two writers that read the same version one is refused', async () => {
    const { accept, create, records } = await begin();
    const { record } = await create();
    const both = await Promise.all([accept(record), accept(record)]);
    expect(both.map(({ isWritten }) => isWritten).sort()).toEqual([false, true]);
    expect(await records.get(record.sandbox_id)).toEqual(both.find(({ isWritten }) => isWritten)?.next);
  });

  test('a task leads to its sandbox, also after its end', async () => {
    const { records, create, accept, apply } = await begin();
    const { record } = await create();
    expect(await records.sandboxOfTask(`t${record.sandbox_id}`)).toBeUndefined();
    const { next } = await accept(record);
    expect(await records.sandboxOfTask(`t${record.sandbox_id}`)).toBe(record.sandbox_id);
    await apply(next, stopped);
    expect(await records.sandboxOfTask(`t${record.sandbox_id}`)).toBe(record.sandbox_id);
  });

  test('the environment is kept until it has been delivered, and goes with the sandbox otherwise', async () => {
    const { records, create, accept, apply } = await begin();
    const env = { TOKEN: 'x', EMPTY: '' };
    const { record } = await create({}, env);
    const started = (await accept(record)).next;
    const assigned = (await apply(started, { name: 'assigned', agent })).next;
    expect(await records.environmentOf(record.sandbox_id)).toEqual(env);
    await apply(assigned, { name: 'agent_ready' });
    expect(await records.environmentOf(record.sandbox_id)).toBeUndefined();
    const other = await create({}, env);
    await apply(other.record, { name: 'delete_requested', graceful: true });
    expect(await records.environmentOf(other.record.sandbox_id)).toBeUndefined();
  });

  test('H6: an ended sandbox leaves the live set, and its key when it is released', async () => {
    const { records, create } = await begin();
    const { record } = await create({}, {}, claim('one'));
    const refused = { name: 'task_refused', reason: 'capacity', detail: null } as const;
    const next = applyEvent(record, refused, 1_800_000_000_000);
    expect(next && (await records.replace(record, next, claim('one')))).toBe(true);
    expect(await records.countLive('ada')).toBe(0);
    expect((await create({}, {}, claim('two'))).created).toEqual({ kind: 'created' });
  });

  test('activity moves on at most once a minute and never back', async () => {
    const { records, create, clock } = await begin();
    const { record } = await create();
    const touch = async (ms: number) => {
      const kept = await records.get(record.sandbox_id);
      if (kept) await records.touch(kept, new Date(ms).toISOString());
      return (await records.get(record.sandbox_id))?.last_active_at;
    };
    const now = clock.now();
    const first = await touch(now);
    expect(first).toBe(new Date(now).toISOString());
    expect(await touch(now + 59_000)).toBe(first);
    expect(await touch(now + 60_000)).toBe(new Date(now + 60_000).toISOString());
    expect(await touch(now - 600_000)).toBe(new Date(now + 60_000).toISOString());
  });

  test('a list shows one user, newest first, in pages that miss nothing', async () => {
    const { records, create } = await begin();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await create()).record.sandbox_id);
    await create({ user_id: 'bob' });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await records.list({ of: { userId: 'ada' }, status: undefined, labels: {}, limit: 2, after });
      expect(page.records.length).toBeLessThanOrEqual(2);
      seen.push(...page.records.map(({ sandbox_id }) => sandbox_id));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(ids);
  });

  test('a list is filtered by state and by every label', async () => {
    const { records, create, accept } = await begin();
    const red = await create({ labels: { team: 'red', 'app.kubernetes.io/name': 'x' } });
    const blue = await create({ labels: { team: 'blue' } });
    await accept(blue.record);
    const ids = async (status: 'creating' | 'starting' | undefined, labels: Record<string, string>) =>
      (await records.list({ of: { userId: 'ada' }, status, labels, limit: 10, after: undefined })).records.map(
        ({ sandbox_id }) => sandbox_id,
      );
    expect(await ids('starting', {})).toEqual([blue.record.sandbox_id]);
    expect(await ids(undefined, { team: 'red', 'app.kubernetes.io/name': 'x' })).toEqual([red.record.sandbox_id]);
    expect(await ids(undefined, { team: 'red', 'app.kubernetes.io/name': 'y' })).toEqual([]);
    const everybody = {
      of: { status: 'creating' as const },
      status: undefined,
      labels: {},
      limit: 10,
      after: undefined,
    };
    expect((await records.list(everybody)).records).toEqual([red.record]);
  });
}

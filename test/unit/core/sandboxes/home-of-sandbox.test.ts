import { expect, test } from 'vitest';
import { createSandbox } from '../../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { getSandbox } from '../../../../lambdas/core/sandboxes/get-sandbox.ts';
import { callOf, person } from '../../../support/calls.ts';
import { summary } from '../../../support/fakes/fake-homes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const checkpoint = (n: number): string => `ckp_${String(n).padStart(26, '0')}`;
const home = {
  state: 'kept',
  files_done: 0,
  bytes_done: 0,
  restored_files: 3,
  restored_bytes: 42,
  checkpoint_id: checkpoint(1),
  saved_at: null,
  partial: false,
  unreadable: 0,
  fault: null,
};

async function assigned({ create, greet, taskIdOf }: ReturnType<typeof fakeService>, body: object = {}) {
  const { sandbox_id: id } = await create(body);
  const answer = await greet(taskIdOf(id));
  return 'body' in answer ? answer.body : undefined;
}

test('a home is kept unless its creation says otherwise, as the operator has set', async () => {
  const keep = { newest: 20, days: 30 };
  expect(await assigned(fakeService())).toMatchObject({
    home: { enabled: true, from: null, save_seconds: 300, keep },
    cold: false,
  });
  expect(await assigned(fakeService(), { storage: { hot: false, cold: true } })).toMatchObject({
    home: { enabled: false },
    cold: true,
  });
});

test('a sandbox begins with the checkpoint that its creation names', async () => {
  const service = fakeService();
  service.ports.homes.keep('ada', summary(checkpoint(2)), summary(checkpoint(1)));
  expect(await assigned(service, { from: { checkpoint_id: checkpoint(1) } })).toMatchObject({
    home: { from: checkpoint(1) },
  });
});

test('a checkpoint that is not there, or is another user’s, is not found', async () => {
  const { create, ports } = fakeService();
  await expect(create({ from: { checkpoint_id: checkpoint(1) } })).rejects.toMatchObject({ code: 'not_found' });
  ports.homes.keep('eve', summary(checkpoint(1)));
  await expect(create({ from: { checkpoint_id: checkpoint(1) } })).rejects.toMatchObject({
    code: 'not_found',
    details: { field: 'checkpoint_id', value: checkpoint(1) },
  });
  expect(ports.records.byId.size).toBe(0);
});

test('a sandbox begins with what another one saved last, also when others have saved since', async () => {
  const service = fakeService();
  const first = await service.ready();
  service.ports.homes.keep(
    'ada',
    summary(checkpoint(3)),
    summary(checkpoint(2), { sandbox_id: first }),
    summary(checkpoint(1), { sandbox_id: first }),
  );
  expect(await assigned(service, { from: { sandbox_id: first } })).toMatchObject({ home: { from: checkpoint(2) } });
  service.ports.records.byId.delete(first);
  expect(await assigned(service, { from: { sandbox_id: first } })).toMatchObject({ home: { from: checkpoint(2) } });
});

test('one that has saved nothing gives what it began with, and a conflict where that was nothing', async () => {
  const service = fakeService();
  const first = await service.ready();
  await expect(service.create({ from: { sandbox_id: first } })).rejects.toMatchObject({ code: 'conflict' });
  service.ports.homes.keep('ada', summary(checkpoint(2)), summary(checkpoint(1)));
  await service.beat(first, { home });
  expect(await assigned(service, { from: { sandbox_id: first } })).toMatchObject({ home: { from: checkpoint(1) } });
});

test('a home never begins with another user’s sandbox, whoever asks', async () => {
  const service = fakeService();
  const first = await service.ready({ user_id: 'eve' });
  service.ports.homes.keep('eve', summary(checkpoint(1), { sandbox_id: first }));
  const from = { sandbox_id: first };
  await expect(service.create({ from })).rejects.toMatchObject({ code: 'not_found' });
  const byPerson = callOf('createSandbox', person('ada'), { body: { from } });
  await expect(createSandbox(service.ports, byPerson)).rejects.toMatchObject({ code: 'not_found' });
});

test('without a home there is nothing to begin with', () => {
  const body = { storage: { hot: false }, from: { checkpoint_id: checkpoint(1) } };
  expect(() => callOf('createSandbox', person('ada'), { body })).toThrow(/storage.hot/);
  expect(() => callOf('createSandbox', person('ada'), { body: { from: {} } })).toThrow(/exactly one/);
});

test('the record says how its home came and was saved, as the agent tells it', async () => {
  const { ready, beat, ports, recordOf, clock } = fakeService();
  const id = await ready();
  const read = async () => {
    const answer = await getSandbox(ports, callOf('getSandbox', person('ada'), { params: { sandbox_id: id } }));
    return 'body' in answer ? answer.body.home : undefined;
  };
  expect(await read()).toBeNull();
  await beat(id, { home });
  expect(await read()).toEqual({
    state: 'kept',
    restored_files: 3,
    restored_bytes: 42,
    checkpoint_id: checkpoint(1),
    saved_at: null,
    partial: false,
    fault: null,
  });
  const { version } = recordOf(id);
  await beat(id, { home });
  expect(recordOf(id).version).toBe(version);
  const saved_at = new Date(clock.now()).toISOString();
  await beat(id, { home: { ...home, saved_at, checkpoint_id: checkpoint(2) } });
  expect(await read()).toMatchObject({ saved_at, checkpoint_id: checkpoint(2) });
});

test('what was saved last stays in the record of a sandbox that has ended', async () => {
  const { ready, beat, taskEvent, recordOf } = fakeService();
  const id = await ready();
  await beat(id, { state: 'ending', reason: 'user_requested', home: { ...home, checkpoint_id: checkpoint(2) } });
  await taskEvent(id);
  expect(recordOf(id)).toMatchObject({ status: 'stopped', home: { checkpoint_id: checkpoint(2) } });
});

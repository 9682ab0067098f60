import { expect, test } from 'vitest';
import { deleteSandbox } from '../../../../lambdas/core/sandboxes/delete-sandbox.ts';
import { announced } from '../../../../lambdas/core/sandboxes/life/announced.ts';
import type { Announce, Transition } from '../../../../lambdas/core/sandboxes/ports.ts';
import { callOf, service } from '../../../support/calls.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

/** A service whose transitions are told. */
function begin(announce?: Announce) {
  const life = fakeService();
  const { ports, clock } = life;
  const told: Transition[] = [];
  const keep: Announce = async (transition) => void told.push(transition);
  const { records } = ports;
  const { create, replace } = announced(
    { create: records.create.bind(records), replace: records.replace.bind(records) },
    { announce: announce ?? keep, clock, log: ports.log },
  );
  Object.assign(records, { create, replace });
  return { ...life, told };
}

test('each transition is told once, with what it was and what it is', async () => {
  const { ready, taskEvent, ports, told } = begin();
  const id = await ready();
  await deleteSandbox(ports, callOf('deleteSandbox', service, { params: { sandbox_id: id } }));
  await deleteSandbox(ports, callOf('deleteSandbox', service, { params: { sandbox_id: id } }));
  await taskEvent(id);
  await taskEvent(id, { version: 6 });
  expect(told.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'null creating',
    'creating starting',
    'starting ready',
    'ready shutting_down',
    'shutting_down stopped',
  ]);
  expect(told.at(-1)).toMatchObject({ sandbox_id: id, user_id: 'ada', stop_reason: 'user_requested' });
});

test('who is overtaken tells nothing, and tells what is so once it has won', async () => {
  const { create, ports, told } = begin();
  let overtaken = 0;
  ports.records.beforeReplace = ({ sandbox_id, version }) => {
    const kept = ports.records.byId.get(sandbox_id);
    if (kept && overtaken++ < 3) kept.version = version + 1;
  };
  await create();
  expect(told.map(({ to }) => to)).toEqual(['creating', 'starting']);
});

test('H4: every transition leaves one line of who, which sandbox, from where to where and why', async () => {
  const { ready, taskEvent, ports } = begin();
  const id = await ready();
  await taskEvent(id);
  const lines = ports.log.lines.filter(({ fields }) => fields['event'] === 'sandbox.transition');
  expect(lines.map(({ fields }) => fields['to'])).toEqual(['creating', 'starting', 'ready', 'failed']);
  expect(lines.at(-1)?.fields).toMatchObject({
    sandboxId: id,
    userId: 'ada',
    from: 'ready',
    stopReason: 'lost',
    outcome: 'ok',
  });
});

test('an announcement that fails is in the log, and the sandbox goes on', async () => {
  const { ready, recordOf, ports } = begin(() => Promise.reject(new Error('no bus')));
  const id = await ready();
  expect(recordOf(id).status).toBe('ready');
  const failed = ports.log.lines.filter(({ level }) => level === 'error');
  expect(failed).toHaveLength(3);
  expect(failed[0]?.fields).toMatchObject({ outcome: 'failed', to: 'creating', error: new Error('no bus') });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statuses, stopReasons } from '../../../../contract/api/sandboxes/sandbox-record.ts';
import { applyEvent, type SandboxEvent } from '../../../../lambdas/core/sandboxes/life/apply-event.ts';
import { type EventName, endOf, nextState } from '../../../../lambdas/core/sandboxes/life/states.ts';
import { hasEnded, SandboxRecord, type SandboxRecord as State } from '../../../../lambdas/core/sandboxes/record.ts';
import { creatingRecord } from '../../../support/stack/records.ts';

const at = '2027-01-15T08:00:00.000Z';
const nowMs = Date.parse(at) + 1_000;

const creating: State = creatingRecord(Date.parse(at));
const task = { arn: 'arn:task/1', id: '1', launched_at: at, event_version: 0 };
const agent = { channel_key: Buffer.alloc(32).toString('base64'), session_limit: 2, version: '1' };

const reason = fc.constantFrom(...stopReasons);
const why = { reason, detail: fc.constantFrom('words', null) };
const event: fc.Arbitrary<SandboxEvent> = fc.oneof(
  fc.constant<SandboxEvent>({ name: 'task_accepted', task }),
  fc.constant<SandboxEvent>({ name: 'assigned', agent }),
  fc.constant<SandboxEvent>({ name: 'agent_ready' }),
  fc.record({ name: fc.constant('task_refused' as const), ...why }),
  fc.record({ name: fc.constant('agent_ending' as const), ...why }),
  fc.record({ name: fc.constant('delete_requested' as const), graceful: fc.boolean() }),
  fc.record({ name: fc.constant('time_over' as const), ...why }),
  fc.record({ name: fc.constant('task_stopping' as const), version: fc.nat(9), ...why }),
  fc.record({ name: fc.constant('task_stopped' as const), ...why }),
);

const after = (...events: readonly SandboxEvent[]): State =>
  events.reduce<State>((state, each) => applyEvent(state, each, nowMs) ?? state, creating);

const accepted: SandboxEvent = { name: 'task_accepted', task };
const toReady: readonly SandboxEvent[] = [accepted, { name: 'assigned', agent }, { name: 'agent_ready' }];
const stopped: SandboxEvent = { name: 'task_stopped', reason: 'lost', detail: null };

test('no history leads out of an ended state, and every state on the way is a whole record', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (history) => {
      let state: State = creating;
      for (const each of history) {
        const next = applyEvent(state, each, nowMs);
        if (hasEnded(state)) expect(next).toBeUndefined();
        if (next === undefined) continue;
        expect(next.version).toBe(state.version + 1);
        expect(SandboxRecord.parse(next)).toEqual(next);
        state = next;
      }
    }),
  );
});

test('M5: a state without a machine has no field of one', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (history) => {
      const state = after(...history);
      expect('task' in state).toBe(['starting', 'ready', 'shutting_down'].includes(state.status));
    }),
  );
});

test('an event that has been applied changes nothing when it comes again', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), event, (history, last) => {
      const state = after(...history, last);
      expect(applyEvent(state, last, nowMs)).toBeUndefined();
    }),
  );
});

const expected: Record<(typeof statuses)[number], Partial<Record<EventName, string>>> = {
  creating: {
    task_accepted: 'starting',
    task_refused: 'end',
    delete_requested: 'end',
    time_over: 'end',
    task_stopped: 'end',
  },
  starting: {
    assigned: 'starting',
    agent_ready: 'ready',
    agent_ending: 'shutting_down',
    delete_requested: 'shutting_down',
    time_over: 'shutting_down',
    task_stopping: 'shutting_down',
    task_stopped: 'end',
  },
  ready: {
    agent_ending: 'shutting_down',
    delete_requested: 'shutting_down',
    time_over: 'shutting_down',
    task_stopping: 'shutting_down',
    task_stopped: 'end',
  },
  shutting_down: { delete_requested: 'shutting_down', time_over: 'shutting_down', task_stopped: 'end' },
  stopped: {},
  failed: {},
  expired: {},
};

test.each(statuses)('%s reacts to exactly the events it should', (status) => {
  const names = Object.keys({ ...expected.creating, ...expected.starting }) as EventName[];
  for (const name of names) expect(nextState(status, name)).toBe(expected[status][name]);
});

test('the reason decides which end it is', () => {
  expect(endOf('expired')).toBe('expired');
  expect(stopReasons.filter((each) => endOf(each) === 'stopped')).toEqual(['user_requested', 'idle', 'completed']);
});

test('the first reason for an end is the one that stays', () => {
  const state = after(...toReady, { name: 'agent_ending', reason: 'expired', detail: 'its time is up' }, stopped);
  expect(state).toMatchObject({ status: 'expired', stop_reason: 'expired', stop_detail: 'its time is up' });
});

test('a machine that dies without a word fails its sandbox with the reason at hand', () => {
  expect(after(...toReady, stopped)).toMatchObject({ status: 'failed', stop_reason: 'lost', billed_from: at });
});

test('an agent without its assignment can not be ready', () => {
  expect(after(accepted, { name: 'agent_ready' }).status).toBe('starting');
});

test('the assignment of an agent counts once', () => {
  const twice = after(accepted, { name: 'assigned', agent }, { name: 'assigned', agent: { ...agent, version: '2' } });
  expect(twice).toMatchObject({ generation: 1, agent: { version: '1' } });
});

test('an impatient delete after a patient one is passed on, and not the other way round', () => {
  const patient = after(...toReady, { name: 'delete_requested', graceful: true });
  expect(patient).toMatchObject({ stop_wish: 'graceful', stop_reason: 'user_requested' });
  const impatient = applyEvent(patient, { name: 'delete_requested', graceful: false }, nowMs);
  expect(impatient).toMatchObject({ stop_wish: 'now' });
  expect(impatient && applyEvent(impatient, { name: 'delete_requested', graceful: true }, nowMs)).toBeUndefined();
});

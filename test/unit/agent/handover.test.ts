import { expect, test } from 'vitest';
import { Handover } from '../../../containers/agent/pool/handover.ts';
import { RefusedError } from '../../../containers/agent/reports/refused-error.ts';
import { sayHello } from '../../../containers/agent/reports/say-hello.ts';
import type { Assignment, PoolPlace } from '../../../contract/api/agent-reports.ts';
import { JumpingClock } from '../../support/fakes/fakes.ts';

const minuteMs = 60_000;
const key = Buffer.alloc(32, 7).toString('base64');
const place: PoolPlace = { member_id: `pol_${'0'.repeat(26)}`, channel_key: key, ask_again_seconds: 5 };
const assignment = (id = '0'): Assignment => ({
  sandbox_id: `sbx_${id.repeat(26)}`,
  user_id: 'ada',
  generation: 1,
  expires_at: '2030-01-01T00:00:00.000Z',
  idle_timeout_seconds: 0,
  env: {},
  on_ready: null,
  channel_key: key,
  heartbeat_seconds: 30,
  pool_member: place.member_id,
});
const unknown = () => new RefusedError('sandbox_not_ready', 'no sandbox has this task yet');

/** An agent that says hello, and what it is answered the n-th time. */
function greet(answer: (n: number, handover: Handover) => Assignment | PoolPlace) {
  const clock = new JumpingClock();
  const handover = new Handover(clock);
  let count = 0;
  const hello = async () => answer(count++, handover);
  const log = { info: () => undefined, error: () => undefined };
  const stop = new AbortController();
  const told = sayHello({
    controlPlane: { hello },
    handover,
    clock,
    log,
    sessionLimit: 2,
    agentVersion: '1',
    signal: stop.signal,
  });
  return { clock, handover, told, hellos: () => count, stop };
}

test('a machine of a pool waits far longer than one that nobody knows, and asks until it is somebody’s', async () => {
  const started = new JumpingClock().now();
  const { told, clock, handover } = greet((n) => (n < 1_000 ? place : assignment()));
  expect(await told).toMatchObject({ sandbox_id: assignment().sandbox_id });
  expect(clock.now() - started).toBeGreaterThan(60 * minuteMs);
  expect(handover.owner?.context).toBe(`${place.member_id}/1`);
});

test('a machine that its pool no longer knows ends after five minutes', async () => {
  const { told, clock } = greet((n) => {
    if (n < 10) return place;
    throw unknown();
  });
  const started = clock.now();
  expect(await told).toBeUndefined();
  expect(clock.now() - started).toBeGreaterThanOrEqual(5 * minuteMs - 2_000);
  expect(clock.now() - started).toBeLessThan(7 * minuteMs);
});

test('an assignment that comes by a channel ends the waiting at once', async () => {
  const { told, handover, hellos } = greet((n, own) => {
    if (n === 3) own.take(assignment());
    return place;
  });
  expect(await told).toMatchObject({ sandbox_id: assignment().sandbox_id });
  expect(hellos()).toBe(4);
  expect(handover.assignment).toEqual(assignment());
});

test('a machine is assigned once: the same again is harmless, another sandbox’s is refused', async () => {
  const handover = new Handover(new JumpingClock());
  handover.wait(place);
  const first = handover.take(assignment('0'));
  expect(handover.take(assignment('0'))).toBe(first);
  expect(() => handover.take(assignment('1'))).toThrow(expect.objectContaining({ code: 'conflict' }));
  await expect(handover.offer(assignment('1'))).rejects.toMatchObject({ code: 'conflict' });
  expect(handover.assignment).toBe(first);
});

test('whoever brings an assignment waits for the sandbox to be ready, and no longer than a moment', async () => {
  const clock = new JumpingClock();
  const handover = new Handover(clock);
  const before = clock.now();
  await handover.offer(assignment());
  expect(clock.now() - before).toBe(5_000);
  handover.settle();
  await handover.offer(assignment());
});

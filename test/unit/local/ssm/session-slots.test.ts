import { expect, test } from 'vitest';
import { SessionSlots, type WhenFull } from '../../../../local/ssm/sessions/session-slots.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

/** A session that holds its slot until it is told to end. */
function holder() {
  const ended = Promise.withResolvers<void>();
  const session = {
    isOver: false,
    hasRun: false,
    run() {
      session.hasRun = true;
      return ended.promise;
    },
    async end() {
      session.isOver = true;
      ended.resolve();
      await ended.promise;
    },
  };
  return session;
}

function slots(limit: number, whenFull: WhenFull = 'hang') {
  const clock = new ManualClock();
  let lockedUp = 0;
  const all = new SessionSlots({ limit, whenFull, clock, onLockedUp: () => lockedUp++ });
  const admit = () => {
    const session = holder();
    return { session, isAdmitted: all.admit(session) };
  };
  return { all, clock, admit, lockedUp: () => lockedUp };
}

test('one session more than there are slots waits in the queue', async () => {
  const { all, admit } = slots(1);
  const [first, second] = [admit(), admit()];
  expect([first.session.hasRun, second.session.hasRun, all.taken]).toEqual([true, false, 1]);
  await first.session.end();
  expect([second.session.hasRun, all.taken]).toEqual([true, 1]);
});

test('a queued session that ended meanwhile gives its place up', async () => {
  const { admit } = slots(1);
  const [first, second] = [admit(), admit()];
  await second.session.end();
  const third = admit();
  await first.session.end();
  expect([second.session.hasRun, third.session.hasRun]).toEqual([false, true]);
});

test('a session without a place is looked after for four seconds, and later ones wait behind it', async () => {
  const { clock, admit, lockedUp } = slots(1);
  const [first, second, third, fourth] = [admit(), admit(), admit(), admit()];
  clock.pass(3_000);
  await first.session.end();
  clock.pass(1_000);
  await second.session.end();
  expect([third.session.hasRun, fourth.session.hasRun, lockedUp()]).toEqual([true, false, 0]);
  clock.pass(1_000);
  await third.session.end();
  expect([fourth.session.hasRun, lockedUp()]).toEqual([true, 0]);
});

test('after four seconds without a place the agent is locked up for good', async () => {
  const { clock, admit, lockedUp } = slots(1);
  const [first, second, third] = [admit(), admit(), admit()];
  clock.pass(4_000);
  await first.session.end();
  await second.session.end();
  const later = admit();
  clock.pass(60_000);
  expect([third.session.hasRun, later.session.hasRun, later.isAdmitted, lockedUp()]).toEqual([false, false, true, 1]);
});

test('where sessions too many are refused, nothing is locked up', async () => {
  const { clock, admit, lockedUp } = slots(1, 'refuse');
  const [first, second, third] = [admit(), admit(), admit()];
  expect([first, second, third].map(({ isAdmitted }) => isAdmitted)).toEqual([true, true, false]);
  clock.pass(60_000);
  await first.session.end();
  expect([second.session.hasRun, third.session.hasRun, lockedUp()]).toEqual([true, false, 0]);
});

test('what arrives after the end of the machine never runs', () => {
  const { all, clock, admit } = slots(1);
  admit();
  admit();
  const third = admit();
  all[Symbol.dispose]();
  clock.pass(60_000);
  expect([third.session.hasRun, clock.pending]).toEqual([false, 0]);
});

import { expect, test } from 'vitest';
import { readHazards } from '../../../../local/hazards/hazards.ts';
import { ServiceError } from '../../../../local/service/service-error.ts';

test('without settings the stand-ins have the limits of AWS and nothing goes wrong', () => {
  expect(readHazards()).toEqual({
    seed: 1,
    sessions: { limit: 8, whenFull: 'hang', endOvertakesOutput: false, pace: {}, frames: [] },
    tasks: { throttling: true, consistencyLagMs: 0, noCapacity: [], failToStart: [], spotNotices: [] },
    events: { delayMs: 0, doubled: 0, lost: 0 },
    calls: [],
    database: { timeToLiveLagSeconds: 172_800 },
    storage: { bodies: [] },
    functions: { coldStartMs: 0, concurrency: 1_000, losses: [] },
  });
});

test.each([
  [{ sessions: { limit: 0 } }, 'sessions.limit is 0'],
  [{ sessions: { frames: [{ fate: 'vanish' }] } }, 'sessions.frames.0.fate is "vanish"'],
  [{ tasks: { noCapacity: [{ chance: 2 }] } }, 'tasks.noCapacity.0.chance is 2'],
  [{ wether: 'bad' }, 'the whole is {"wether":"bad"}: Unrecognized key: "wether"'],
  ['rain', 'the whole is "rain"'],
])('fails for %j, naming what is wrong', (settings, message) => {
  expect(() => readHazards(settings)).toThrow(ServiceError);
  expect(() => readHazards(settings)).toThrow(message);
});

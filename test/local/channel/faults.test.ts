import { expect, test } from 'vitest';
import { faultsAlone, liveThrough, liveThroughHistories } from '../../suites/chaos/fault-histories.ts';
import { channelRig } from '../../support/channel/channel-rig.ts';

const scripts = [
  { seed: 1, bytes: 60_000, pieces: 4, pauseMs: 20, exitCode: 0 },
  { seed: 2, bytes: 500, pieces: 2, pauseMs: 5, exitCode: 7 },
];

test.each(Object.entries(faultsAlone))('commands run once and are told whole through %s', async (_, faults) => {
  const results = await liveThrough(faults, scripts, 1);
  expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
});

test('a hundred random histories end in the truth or in a typed error', () => liveThroughHistories(100, 4), 120_000);

test('a session whose client is cut is resumed, and not opened anew', async () => {
  const frames = [
    { direction: 'to-client', type: 'output_stream_data', fate: 'cut-client', skip: 6, times: 3 },
  ] as const;
  const rig = await channelRig({ hazards: { sessions: { frames: [...frames] } } });
  await using environment = rig.environment();
  const { error, stdout } = await rig.run(environment, {
    seed: 3,
    bytes: 200_000,
    pieces: 20,
    pauseMs: 5,
    exitCode: 0,
  });
  expect([error, stdout.length]).toEqual([undefined, 200_000]);
  expect(rig.callsOf('ExecuteCommand')).toBe(1);
  expect(rig.callsOf('ResumeSession')).toBe(3);
});

import fc from 'fast-check';
import { expect } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { channelRig, type RunResult } from '../../support/channel/channel-rig.ts';
import { type Script, scriptedBytes } from '../../support/fakes/scripted-agent.ts';

type FrameFaults = NonNullable<NonNullable<HazardSettings['sessions']>['frames']>;

const toAgent = { direction: 'to-agent', type: 'input_stream_data' } as const;
const toClient = { direction: 'to-client', type: 'output_stream_data' } as const;

/** Everything that can befall a frame or a connection, one by one. */
export const faultsAlone: Readonly<Record<string, FrameFaults>> = {
  none: [],
  'lost input': [{ ...toAgent, fate: 'drop', chance: 0.1 }],
  'lost output': [{ ...toClient, fate: 'drop', chance: 0.1 }],
  'lost acknowledgements': [{ type: 'acknowledge', fate: 'drop', chance: 0.4 }],
  'repeated frames': [{ fate: 'duplicate', chance: 0.3 }],
  'frames in another order': [{ fate: 'reorder', chance: 0.1 }],
  'late frames': [{ fate: { delayMs: 40 }, chance: 0.1 }],
  'a cut client': [{ ...toClient, fate: 'cut-client', skip: 6, times: 2 }],
  'a client cut while it sends': [{ ...toAgent, fate: 'cut-client', skip: 3, times: 1 }],
  'a cut agent': [{ ...toClient, fate: 'cut-agent', skip: 5, times: 2 }],
  'a killed attach': [{ ...toClient, session: 1, fate: 'kill-command', skip: 8, times: 1 }],
};

/** All of them at once. */
const everything: FrameFaults = [
  ...(['drop', 'duplicate', 'reorder', { delayMs: 30 }] as const).map((fate) => ({ fate, chance: 0.03 })),
  { type: 'acknowledge', fate: 'drop', chance: 0.1 },
  { ...toClient, fate: 'cut-client', skip: 10, times: 1 },
  { ...toClient, fate: 'cut-agent', skip: 20, times: 1 },
  { ...toClient, session: 1, fate: 'kill-command', skip: 25, times: 1 },
];

const script: fc.Arbitrary<Script> = fc.record({
  seed: fc.nat(1_000),
  bytes: fc.constantFrom(0, 1, 1_000, 20_000, 120_000),
  pieces: fc.integer({ min: 1, max: 5 }),
  pauseMs: fc.integer({ min: 0, max: 30 }),
  exitCode: fc.integer({ min: 0, max: 255 }),
});

const alone = fc.subarray(Object.keys(faultsAlone), { maxLength: 4 });

/** What goes wrong, and what runs meanwhile. In a third of all histories everything goes wrong. */
const history = fc.record({
  seed: fc.nat(1_000_000),
  faults: fc.oneof(
    { weight: 2, arbitrary: alone.map((names) => names.flatMap((name) => faultsAlone[name] ?? [])) },
    { weight: 1, arbitrary: fc.constant(everything) },
  ),
  scripts: fc.array(script, { minLength: 1, maxLength: 4 }),
});

/** Runs commands at once in one environment while frames meet these faults, and holds what comes of it to the truth. */
export async function liveThrough(faults: FrameFaults, scripts: readonly Script[], seed: number): Promise<RunResult[]> {
  // Four times as fast: what is waited for is mostly time-outs.
  const rig = await channelRig({ clock: createClock(4), hazards: { seed, sessions: { frames: faults } } });
  try {
    await using environment = rig.environment();
    const results = await Promise.all(scripts.map((one) => rig.run(environment, one)));
    for (const [index, result] of results.entries()) holdToTruth(result, scripts[index] as Script);
    return results;
  } finally {
    await rig.stop();
  }
}

/** One true outcome and every byte once and in order, or a typed error behind a true beginning. */
function holdToTruth({ id, stdout, stderr, outcomes, exitCode, error }: RunResult, { seed, bytes, ...rest }: Script) {
  const all = {
    stdout: scriptedBytes(seed, 'stdout', bytes),
    stderr: scriptedBytes(seed, 'stderr', Math.floor(bytes / 3)),
  };
  expect(stdout.equals(all.stdout.subarray(0, stdout.length))).toBe(true);
  expect(stderr.equals(all.stderr.subarray(0, stderr.length))).toBe(true);
  if (error) {
    expect(['channel_lost', 'unavailable', 'capacity_unavailable', 'rate_limited']).toContain(error.code);
    if (error.code === 'channel_lost') expect(error.details).toMatchObject({ command_id: id });
    expect(outcomes).toBe(0);
  } else {
    expect({ stdout: stdout.length, stderr: stderr.length, outcomes, exitCode }).toEqual({
      stdout: all.stdout.length,
      stderr: all.stderr.length,
      outcomes: 1,
      exitCode: rest.exitCode,
    });
  }
}

/** Lives through that many random histories, some at once; a failure prints its seed and the smallest history that fails. Ends early when `budgetMs` is over. */
export async function liveThroughHistories(
  numRuns: number,
  atOnce: number,
  budgetMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const seed = Number(process.env['MATRX_FAULT_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`fault histories: ${numRuns}, seed ${seed} (again with MATRX_FAULT_SEED=${seed})`);
  const chunks = Array.from({ length: atOnce }, (_, chunk) =>
    fc.assert(
      fc.asyncProperty(history, async ({ faults, scripts, seed: fate }) => {
        await liveThrough(faults, scripts, fate);
      }),
      {
        numRuns: Math.ceil(numRuns / atOnce),
        seed: seed + chunk,
        endOnFailure: true,
        ...(Number.isFinite(budgetMs) ? { interruptAfterTimeLimit: budgetMs, markInterruptAsFailure: false } : {}),
      },
    ),
  );
  await Promise.all(chunks);
}

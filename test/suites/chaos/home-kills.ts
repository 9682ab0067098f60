import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { randomFor } from '../../../local/hazards/random.ts';
import { type AgentRun, buildHomeAgent, HomeAgents } from '../../support/agent/home-agents.ts';
import { type HomeRig, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser } from '../../support/agent/home-trees.ts';
import { StorageProcess } from '../../support/agent/storage-process.ts';

const user = 'ada';

/** Makes the home whole as one version: every file says which. */
const scriptOf = (version: number) => `
  rm -rf d*; mkdir d$((${version} % 5))
  for i in $(seq 30); do echo '${version}' "$i" > f$i; echo ${version} > d$((${version} % 5))/$i; done
  { echo ${version}; head -c 9000000 /dev/urandom; } > large`;

/** Which version a home is; fails where it is not one from its first file to its last. */
function wholeVersion(folder: string): number {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const versions = new Set(found.map(({ parentPath, name }) => versionOf(join(parentPath, name))));
  expect(found).toHaveLength(61);
  expect(versions.size).toBe(1);
  const [version = Number.NaN] = versions;
  expect(readdirSync(folder)).toContain(`d${version % 5}`);
  return version;
}

/** Every file begins with it. */
const versionOf = (path: string): number => Number.parseInt(readFileSync(path).subarray(0, 10).toString('latin1'), 10);

const victims = ['agent', 'helper', 'task', 'storage'] as const;
type Victim = (typeof victims)[number];

interface Round {
  readonly victim: Victim;
  readonly during: 'restoring' | 'saving';
  /** When, as a share of the time that it took when nobody was killed. */
  readonly at: number;
}

const faults = { chance: 0.04 } as const;
const callFaults: HazardSettings['calls'] = [
  { service: 's3', fate: 'throttle', ...faults },
  { service: 's3', fate: 'cut', ...faults },
  { service: 's3', operation: 'PutObject', fate: 'lose-answer', ...faults },
];

interface Kills {
  readonly count: number;
  readonly seed: number;
  /** @default as long as the count needs */
  readonly budgetMs?: number;
  /** How many homes are killed at beside one another, each with storage of its own. @default 1 */
  readonly beside?: number;
}

/**
 * Kills agents, helpers, whole tasks and storage at random points of restoring and saving, while storage now and then refuses and
 * breaks off: what is read afterwards is one whole version, the last that was told saved or the one that was being saved. Of a task
 * nothing is left but what is stored.
 */
export async function surviveHomeKills({
  count,
  seed,
  budgetMs = Number.POSITIVE_INFINITY,
  beside = 1,
}: Kills): Promise<void> {
  const startedMs = Date.now();
  const program = await buildHomeAgent();
  const failed = new AbortController();
  let left = count;
  const isToGoOn = () => !failed.signal.aborted && left-- > 0 && Date.now() - startedMs < budgetMs;
  const survive = (place: number) =>
    killAtOneHome({ program, seed, place, isToGoOn }).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  // Each is through with what it has begun before the test is over.
  await Promise.allSettled(Array.from({ length: beside }, (_, place) => survive(place)));
  failed.signal.throwIfAborted();
}

interface OneHome {
  readonly program: string;
  readonly seed: number;
  /** Among those beside one another. */
  readonly place: number;
  readonly isToGoOn: () => boolean;
}

async function killAtOneHome({ program, seed, place, isToGoOn }: OneHome): Promise<void> {
  const random = randomFor(seed, `home kills ${place}`);
  await using storage = await StorageProcess.start({
    users: [user],
    hazards: { seed: seed + place, calls: callFaults },
  });
  await using rig = await startHomeRig({ elsewhere: storage });
  await using agents = await HomeAgents.start(rig, user, program);
  let version = await firstVersion(rig);
  for (let round = 1; isToGoOn(); round++) {
    await using sandbox = await rig.sandbox({ user });
    const attempt: Round = {
      victim: victims[Math.floor(random() * victims.length)] ?? 'task',
      during: random() < 0.3 ? 'restoring' : 'saving',
      at: random() * 1.2,
    };
    const run = agents.run(sandbox, scriptOf(round), { ownMachine: attempt.victim === 'task' });
    const [{ saved }] = await Promise.all([run.ended, strike(attempt, run, agents, storage)]);
    await using reader = await rig.sandbox({ user });
    await reader.home.restore(unlimited.signal);
    const found = wholeVersion(reader.folder);
    expect(saved ? [round] : [version, round]).toContain(found);
    version = found;
    // Where a restore was killed another one makes the home whole, in the same place if that is still there.
    if (attempt.during === 'saving' || attempt.victim === 'task') continue;
    await sandbox.home.restore(unlimited.signal);
    expect(wholeVersion(sandbox.folder)).toBe(version);
  }
}

async function firstVersion(rig: HomeRig): Promise<number> {
  await using sandbox = await rig.sandbox({ user });
  await sandbox.home.restore(unlimited.signal);
  await asUser(sandbox.folder, scriptOf(0));
  await sandbox.home.save(unlimited);
  return 0;
}

async function strike(
  { victim, during, at }: Round,
  run: AgentRun,
  agents: HomeAgents,
  storage: StorageProcess,
): Promise<void> {
  if (!(await run.reached(during))) return;
  await sleep(at * agents.usualMs(during));
  if (victim === 'helper') run.killHelpers();
  else if (victim === 'storage') await storage.restart().then(() => agents.renewCredentials());
  else run.kill();
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { readHazards } from '../../../local/hazards/hazards.ts';
import { randomFor } from '../../../local/hazards/random.ts';
import { helpersOf } from '../../support/agent/file-calls.ts';
import type { HomeAgentOrder } from '../../support/agent/home-agent.ts';
import { type HomeRig, type HomeSandbox, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser } from '../../support/agent/home-trees.ts';

const program = join(import.meta.dirname, '../../support/agent/home-agent.ts');
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

type Victim = 'agent' | 'helper';

interface Round {
  readonly victim: Victim;
  readonly during: 'restoring' | 'saving';
  readonly afterMs: number;
}

/**
 * Kills agents and helpers at random points of restoring and saving, while storage now and then refuses and breaks off: what is read
 * afterwards is one whole version, the last that was told saved or the one that was being saved.
 */
export async function surviveHomeKills(
  count: number,
  seed: number,
  budgetMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const random = randomFor(seed, 'home kills');
  const startedMs = Date.now();
  const faults = { chance: 0.04 } as const;
  const hazards = readHazards({
    seed,
    calls: [
      { service: 's3', fate: 'throttle', ...faults },
      { service: 's3', fate: 'cut', ...faults },
      { service: 's3', operation: 'PutObject', fate: 'lose-answer', ...faults },
    ],
  });
  await using rig = await startHomeRig({ hazards });
  let version = await firstVersion(rig);
  for (let round = 1; round <= count && Date.now() - startedMs < budgetMs; round++) {
    await using sandbox = await rig.sandbox({ user });
    const attempt = {
      victim: random() < 0.6 ? 'agent' : 'helper',
      during: random() < 0.3 ? 'restoring' : 'saving',
      afterMs: random() * 1_200,
    } as const;
    const wasSaved = await killedAt(attempt, rig, sandbox, round);
    await using reader = await rig.sandbox({ user });
    await reader.home.restore(unlimited.signal);
    const found = wholeVersion(reader.folder);
    expect(wasSaved ? [round] : [version, round]).toContain(found);
    version = found;
    // Where a restore was killed another one makes the home whole.
    if (attempt.during === 'saving') continue;
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

/** Lets an agent save a version, and kills; says whether it was told saved. */
async function killedAt(
  { victim, during, afterMs }: Round,
  rig: HomeRig,
  sandbox: HomeSandbox,
  version: number,
): Promise<boolean> {
  const order: HomeAgentOrder = {
    folder: sandbox.folder,
    program: sandbox.helperProgram,
    linkSocket: rig.linkSocket,
    userId: user,
    sandboxId: sandbox.id,
    credentials: rig.credentialsFor(user),
    script: scriptOf(version),
  };
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  let wasSaved = false;
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === during) timer = setTimeout(() => strike(victim, child, sandbox), afterMs);
    wasSaved ||= line.startsWith('saved');
  }
  await exited;
  clearTimeout(timer);
  killHelpers(sandbox);
  return wasSaved;
}

function strike(victim: Victim, child: ChildProcess, sandbox: HomeSandbox): void {
  if (victim === 'agent') child.kill('SIGKILL');
  else killHelpers(sandbox);
}

function killHelpers(sandbox: HomeSandbox): void {
  for (const pid of helpersOf(dirname(sandbox.helperProgram))) process.kill(pid, 'SIGKILL');
}

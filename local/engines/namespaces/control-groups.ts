import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engine-error.ts';
import { killProcess } from '../process-table.ts';
import { type Controller, findHierarchies, type Hierarchy } from './cgroup-hierarchies.ts';
import { type Limits, settingsOf } from './cgroup-settings.ts';

/** A machine's place in each tree of control groups that the host lets us use. */
export interface ControlGroups {
  readonly folders: readonly string[];
  /** What is limited; of the rest the machine may use what the host has. */
  readonly limited: readonly Controller[];
}

const removalTries = 60;
const removalPauseMs = 50;

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const wordsOf = (file: string): string[] => read(file).trim().split(/\s+/);

/** The trees of this host, as this process sees them. */
function readHierarchies(): Hierarchy[] {
  return findHierarchies(read('/proc/self/mountinfo'), read('/proc/self/cgroup'), (folder) =>
    wordsOf(join(folder, 'cgroup.controllers')),
  );
}

/**
 * Whether groups made in this folder get memory and process limits. Version 2 gives a controller only where the folder
 * hands it down, and a folder that holds processes can't; the one above it often does.
 */
function handsDown(folder: string, controllers: readonly Controller[]): boolean {
  const file = join(folder, 'cgroup.subtree_control');
  const missing = controllers.filter((controller) => !wordsOf(file).includes(controller));
  const refused = missing.filter((controller) => !attempt(() => writeFileSync(file, `+${controller}`, { flag: 'r+' })));
  return refused.every((controller) => controller === 'cpu');
}

function makeGroup(hierarchy: Hierarchy, name: string, record: (folder: string) => void): string | undefined {
  for (const parent of hierarchy.folders) {
    if (hierarchy.version === 2 && !handsDown(parent, hierarchy.controllers)) continue;
    const folder = join(parent, name);
    record(folder);
    if (attempt(() => mkdirSync(folder))) return folder;
  }
  return undefined;
}

function limit(folder: string, { version }: Hierarchy, controller: Controller, limits: Limits): boolean {
  return settingsOf(version, controller, limits).every(
    ({ file, value, optional }) =>
      attempt(() => writeFileSync(join(folder, file), value, { flag: 'r+' })) || optional === true,
  );
}

/**
 * Makes a group of this name in every tree that allows it. `record` hears of each folder before it is made, so that
 * another process can remove what a killed one leaves.
 */
export function createControlGroups(
  name: string,
  limits: Limits,
  record: (folder: string) => void,
  hierarchies: readonly Hierarchy[] = readHierarchies(),
): ControlGroups {
  const folders: string[] = [];
  const limited: Controller[] = [];
  for (const hierarchy of hierarchies) {
    const folder = makeGroup(hierarchy, name, record);
    if (!folder) continue;
    folders.push(folder);
    limited.push(...hierarchy.controllers.filter((controller) => limit(folder, hierarchy, controller, limits)));
  }
  return { folders, limited };
}

// Version 1 counts in the first, version 2 in the second, in the same words.
const outOfMemoryCounters = ['memory.oom_control', 'memory.events'] as const;

/** The one of these groups that limits memory; undefined where the host gives none. */
export const memoryGroup = (folders: readonly string[]): string | undefined =>
  folders.find((folder) => outOfMemoryCounters.some((file) => existsSync(join(folder, file))));

/** Whether the kernel has killed a process of these groups for want of memory. */
export function sawOutOfMemory(folders: readonly string[]): boolean {
  return folders
    .flatMap((folder) => outOfMemoryCounters.map((file) => read(join(folder, file))))
    .some((text) => Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0) > 0);
}

/** Ends what still runs in the groups and removes them. Throws `leftover` for one that stays busy. */
export async function removeControlGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    // A group counts as busy for a moment after its last process has gone.
    for (let tries = 0; existsSync(folder) && !attempt(() => rmdirSync(folder)); tries++) {
      if (tries === removalTries) throw new EngineError('leftover', `the control group ${folder} stays busy`);
      for (const pid of read(join(folder, 'cgroup.procs')).split('\n')) if (pid) killProcess(Number(pid));
      await sleep(removalPauseMs);
    }
  }
}

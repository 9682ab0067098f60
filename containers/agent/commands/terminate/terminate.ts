import type { Clock } from '../../../../contract/clock.ts';
import { type Process, processes } from '../launch/processes.ts';

/** From the polite signal to the one that can't be refused. */
export const graceMs = 2_000;

const pollMs = 50;
// A process the kernel can't end, one that waits for a disk for example, is left after this long.
const givenUpMs = 5_000;

/** Which processes are meant, by what /proc says of them. */
export type Selection = (candidate: Process) => boolean;

/** How processes are found. */
export interface Sight {
  /** @default processes */
  readonly walk?: () => Iterable<Process>;
  /** The process groups that are reached where nobody can look; nobody else's. @default none */
  readonly leaders?: () => readonly number[];
}

/**
 * Ends every process that is selected: TERM, `grace` milliseconds, KILL. Children in sessions of their own, daemons,
 * stopped processes and those that fork while they are being ended included. Answers how many were left: 0, but for processes
 * that the kernel itself can't end, and those that can't be looked for.
 */
export async function terminate(
  selection: Selection,
  clock: Clock,
  grace = graceMs,
  sight: Sight = {},
): Promise<number> {
  const { walk = processes } = sight;
  if (grace > 0) await endInPeace(selection, clock, grace, sight);
  const kill = (group: number) => send(-group, 'SIGKILL');
  const killAll = () => {
    freezeAll(walk, selection);
    return signalGroups(walk, selection, kill);
  };
  let [left, sinceMs] = [new Set<number>(), clock.now()];
  for (;;) {
    const found = reach(killAll, kill, sight);
    if (found?.size === 0) return 0;
    // Whoever is new was started meanwhile, and will be reached; who stays can't be.
    const isSame = found === undefined || (found.size === left.size && [...found].every((pid) => left.has(pid)));
    if (!isSame) sinceMs = clock.now();
    else if (clock.now() - sinceMs >= givenUpMs) return found?.size ?? 1;
    left = found ?? left;
    await clock.sleep(5);
  }
}

/** Asks everything to end, and waits until it has, for so many milliseconds at most. */
async function endInPeace(selection: Selection, clock: Clock, grace: number, sight: Sight): Promise<void> {
  const { walk = processes } = sight;
  if (reach(() => signalGroups(walk, selection, askToEnd), askToEnd, sight)?.size === 0) return;
  const until = clock.now() + grace;
  while (clock.now() < until && reach(() => anyLeft(walk, selection)) !== false) await clock.sleep(pollMs);
}

/** Sends one signal to every process that is selected, once: one that moves to a group of its own meanwhile included. */
export function signalOnce(selection: Selection, signal: NodeJS.Signals, sight: Sight = {}): void {
  const { walk = processes } = sight;
  const signalAll = () => {
    for (const candidate of walk()) if (selection(candidate)) send(candidate.pid, signal);
  };
  reach(signalAll, (group) => send(-group, signal), sight);
}

/** What a walk answers; undefined where nobody can look, and then the leaders alone are signalled. */
function reach<T>(walk: () => T, signal: (group: number) => void = () => {}, { leaders }: Sight = {}): T | undefined {
  try {
    return walk();
  } catch {
    // What has every file open is most likely theirs, so that the next look succeeds.
    for (const group of leaders?.() ?? []) signal(group);
    return undefined;
  }
}

function askToEnd(group: number): void {
  send(-group, 'SIGTERM');
  send(-group, 'SIGCONT'); // A stopped process hears TERM only when it goes on.
}

/**
 * Stops everything, so that what forks faster than it can be killed comes to rest first. A process with a signal pending
 * can't fork, and a stopped one keeps its place under the limit of processes; what was started meanwhile is found before
 * the walk ends.
 */
function freezeAll(walk: () => Iterable<Process>, selection: Selection): void {
  const frozen = new Set<number>();
  for (const candidate of walk()) {
    if (candidate.stopped || !selection(candidate)) continue;
    send(frozen.has(candidate.processGroup) ? candidate.pid : -candidate.processGroup, 'SIGSTOP');
    frozen.add(candidate.processGroup);
  }
}

/**
 * Signals each process group of the selected processes, once, and answers the processes. A group is reached by one
 * call of the kernel, so that thousands of processes can't outrun it; whoever is in one with a selected process descends
 * from the same command.
 */
function signalGroups(
  walk: () => Iterable<Process>,
  selection: Selection,
  signal: (group: number) => void,
): Set<number> {
  const [reached, found] = [new Set<number>(), new Set<number>()];
  for (const candidate of walk()) {
    if (!selection(candidate)) continue;
    found.add(candidate.pid);
    if (reached.has(candidate.processGroup)) continue;
    reached.add(candidate.processGroup);
    signal(candidate.processGroup);
  }
  return found;
}

function anyLeft(walk: () => Iterable<Process>, selection: Selection): boolean {
  for (const candidate of walk()) if (selection(candidate)) return true;
  return false;
}

/** To a process, or to the process group of a negative id. */
function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It ended meanwhile.
  }
}

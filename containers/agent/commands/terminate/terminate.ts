import type { Clock } from '../../../../contract/clock.ts';
import { type Process, processes } from '../launch/processes.ts';

/** From the polite signal to the one that can't be refused. */
export const graceMs = 2_000;

const pollMs = 50;
// A process the kernel can't end, one that waits for a disk for example, is left after this long.
const givenUpMs = 5_000;

/** Which processes are meant, by what /proc says of them. */
export type Selection = (candidate: Process) => boolean;

/**
 * Ends every process that is selected: TERM, `grace` milliseconds, KILL. Children in sessions of their own, daemons,
 * stopped processes and those that fork while they are being ended included. Answers how many were left: 0, but for
 * processes that the kernel itself can't end.
 */
export async function terminate(selection: Selection, clock: Clock, grace = graceMs): Promise<number> {
  if (grace > 0 && signalAll(selection, askToEnd) > 0) {
    const until = clock.now() + grace;
    while (clock.now() < until && anyLeft(selection)) await clock.sleep(pollMs);
  }
  const until = clock.now() + givenUpMs;
  for (;;) {
    freezeAll(selection);
    const left = signalAll(selection, ({ pid }) => send(pid, 'SIGKILL'));
    if (left === 0 || clock.now() >= until) return left;
    await clock.sleep(5);
  }
}

function askToEnd({ pid, stopped }: Process): boolean {
  const sent = send(pid, 'SIGTERM');
  if (stopped) send(pid, 'SIGCONT'); // A stopped process hears TERM only when it goes on.
  return sent;
}

/**
 * Stops everything until nothing new is found, so that what forks faster than it can be killed comes to rest first. A
 * process with a signal pending can't fork, and a stopped one keeps its place under the limit of processes. Each process
 * is read once: what is found anew has just been started, and has little time to start another.
 */
function freezeAll(selection: Selection): void {
  const known = new Set<number>();
  while (signalAll(selection, ({ pid, stopped }) => !stopped && send(pid, 'SIGSTOP'), known) > 0);
}

/** To how many processes the signal went. */
function signalAll(selection: Selection, signal: (target: Process) => boolean, known?: Set<number>): number {
  let sent = 0;
  for (const candidate of processes(known)) if (selection(candidate) && signal(candidate)) sent++;
  return sent;
}

function anyLeft(selection: Selection): boolean {
  for (const candidate of processes()) if (selection(candidate)) return true;
  return false;
}

/** False when the process has ended meanwhile. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

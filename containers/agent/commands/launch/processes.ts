// What runs, read from /proc. `Groups:` in a process's status is readable without any capability, and an unprivileged
// process can't shed a supplementary group: neither by setsid, nor by forking twice, nor in a user namespace.

import { readdirSync, readFileSync } from 'node:fs';

/** A process that is not a zombie. */
export interface Process {
  readonly pid: number;
  /** Supplementary group ids. */
  readonly groups: readonly number[];
  /** The id of its process group, which a signal can go to as a whole; its own id where that is unknown. */
  readonly processGroup: number;
  /** Stopped by a signal: it acts on nothing but SIGKILL and SIGCONT. */
  readonly stopped: boolean;
}

/** Reads `/proc/<pid>/status`; a zombie, which nothing can end any more, is no process. */
export function parseStatus(pid: number, status: string): Process | undefined {
  const state = /^State:\t(\S)/m.exec(status)?.[1];
  if (state === undefined || state === 'X') return undefined;
  // The first thread of a process may end before the others, and is then shown as the zombie that the process is not.
  const threads = Number(/^Threads:\t(\d+)$/m.exec(status)?.[1]);
  if (state === 'Z' && !(threads > 1)) return undefined;
  const groups = /^Groups:\t(.*)$/m.exec(status)?.[1] ?? '';
  const named = Number(/^NSpgid:\t(\d+)/m.exec(status)?.[1]);
  const processGroup = named > 1 ? named : pid; // No command is in init's group, and a signal to -1 would go to everybody.
  return { pid, groups: groups.split(' ').filter(Boolean).map(Number), processGroup, stopped: state === 'T' };
}

/**
 * Every process there is, read one by one as the answer is walked: what is acted on at once can't be stale for long. The
 * walk ends when /proc lists nobody new, so that one whose parent ended while it was looked for is not overlooked. Throws where
 * nobody can look, as when others have every file open that the kernel allows.
 */
export function* processes(): Generator<Process> {
  const seen = new Set<number>();
  for (let unseen = listUnseen(seen); unseen.length > 0; unseen = listUnseen(seen)) {
    for (const pid of unseen) {
      seen.add(pid);
      const found = readProcess(pid);
      if (found) yield found;
    }
  }
}

const listUnseen = (seen: ReadonlySet<number>): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && !seen.has(pid));

function readProcess(pid: number): Process | undefined {
  try {
    return parseStatus(pid, readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && ended.has(error.code)) return undefined;
    throw error;
  }
}

// What the kernel says of a process that has ended since it was listed.
const ended: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH']);

/** All group ids that some process has. */
export const marksInUse = (): Set<number> => new Set([...processes()].flatMap((process) => process.groups));

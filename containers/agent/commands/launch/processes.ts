// What runs, read from /proc. `Groups:` in a process's status is readable without any capability, and an unprivileged
// process can't shed a supplementary group: neither by setsid, nor by forking twice, nor in a user namespace.

import { readdirSync, readFileSync } from 'node:fs';

/** A process that is not a zombie. */
export interface Process {
  readonly pid: number;
  readonly groups: readonly number[];
  /** Stopped by a signal: it acts on nothing but SIGKILL and SIGCONT. */
  readonly stopped: boolean;
}

/** Reads `/proc/<pid>/status`; a zombie, which nothing can end any more, is no process. */
export function parseStatus(pid: number, status: string): Process | undefined {
  const state = /^State:\t(\S)/m.exec(status)?.[1];
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  const groups = /^Groups:\t(.*)$/m.exec(status)?.[1] ?? '';
  return { pid, groups: groups.split(' ').filter(Boolean).map(Number), stopped: state === 'T' };
}

/**
 * Every process there is, read one by one as the answer is walked: what is acted on at once can't be stale for long. Those
 * in `known` are left out, and every one that is read is put there.
 */
export function* processes(known?: Set<number>): Generator<Process> {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || known?.has(pid)) continue;
    known?.add(pid);
    let status: string;
    try {
      status = readFileSync(`/proc/${pid}/status`, 'latin1');
    } catch {
      continue; // It ended since the folder was read.
    }
    const process = parseStatus(pid, status);
    if (process) yield process;
  }
}

/** All group ids that some process has. */
export const marksInUse = (): Set<number> => new Set([...processes()].flatMap((process) => process.groups));

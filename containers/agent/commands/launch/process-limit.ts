import { readFileSync } from 'node:fs';

/**
 * How many processes and threads the user of commands may have at once: half of what the kernel has, so that the agent can always
 * start what ends them. A machine's own limit of processes, where it has one, is lower and holds for all in it.
 */
export const processLimit = (): number =>
  Math.floor(Number(readFileSync('/proc/sys/kernel/threads-max', 'latin1')) / 2);

import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended, or is nothing of ours.
    return '';
  }
};

/** Kills the agent of a sandbox, so that it can't say a word. Throws when there is none. */
export function killAgent(sandboxId: string): void {
  const isAgent = (pid: string) =>
    read(`/proc/${pid}/cmdline`).includes('agent.cjs') &&
    read(`/proc/${pid}/environ`).split('\0').includes(`SANDBOX_ID=${sandboxId}`);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isAgent(name));
  if (pids.length === 0) throw new Error(`${sandboxId} has no agent`);
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
}

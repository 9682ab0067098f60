import { readFileSync } from 'node:fs';
import { killProcess, type ProcessEntry } from '../../../local/engines/process-table.ts';
import type { ServiceProcess } from '../stack/service-process.ts';

const argumentsOf = ({ pid }: ProcessEntry): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** What can be killed, by how its processes were called. */
const victims = {
  agent: /^\/opt\/matrx\/bin\/node \/opt\/matrx\/agent\.cjs/,
  environment: /runtime\.mjs/,
  'machine’s first process': /^\/bin\/sh \/opt\/matrx\/bin\/machine-init\.sh/,
  'machine’s parent': /^unshare /,
  terminal: /terminal-host\.ts/,
  attach: /^\/opt\/matrx\/bin\/node \/opt\/matrx\/bin\/attach/,
} as const;

export type Victim = keyof typeof victims | 'service';

export const victimNames: readonly Victim[] = ['service', ...(Object.keys(victims) as (keyof typeof victims)[])];

/** Processes of the service that are neither the service nor an environment of a function. */
export const machineProcesses = (service: ServiceProcess): string[] =>
  service
    .descendants()
    .map(argumentsOf)
    .filter((words) => !victims.environment.test(words));

/** Kills one of these with SIGKILL, by chance where there are several; false when there is none. */
export async function killVictim(service: ServiceProcess, victim: Victim, chance: number): Promise<boolean> {
  if (victim === 'service') {
    await service.kill();
    return true;
  }
  const found = service.descendants().filter((process) => victims[victim].test(argumentsOf(process)));
  const chosen = found[Math.floor(chance * found.length)];
  if (!chosen) return false;
  killProcess(chosen.pid);
  return true;
}

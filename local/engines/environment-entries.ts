import { join } from 'node:path';

/** The program inside a machine that restores an environment exactly and becomes the command in its arguments. */
export const runCommandScript = join(import.meta.dirname, 'run-command.sh');

/** Carries an environment to `runCommandScript`; see there. */
export function environmentEntries(environment: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return {
    MACHINE_ENTRIES: String(entries.length),
    ...Object.fromEntries(entries.map((entry, index) => [`MACHINE_ENTRY_${index}`, entry])),
  };
}

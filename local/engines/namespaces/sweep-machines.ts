import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { killProcess, readProcess } from '../process-table.ts';
import { removeControlGroups } from './control-groups.ts';
import type { Isolation } from './isolation.ts';
import { removeMachineFolder } from './machine-folder.ts';
import { readRecord } from './machine-record.ts';

/** Removes every machine of the folder that isn't in use. Mounts need no removal: they went with their namespace. */
export async function sweepMachines(options: {
  readonly machinesFolder: string;
  readonly groupPrefix: string;
  readonly isolation: Isolation;
  readonly inUse: ReadonlySet<string>;
}): Promise<void> {
  const { machinesFolder, groupPrefix, isolation, inUse } = options;
  const ids = existsSync(machinesFolder) ? readdirSync(machinesFolder).filter((id) => !inUse.has(id)) : [];
  for (const id of ids) {
    const path = join(machinesFolder, id);
    const record = readRecord(path);
    for (const { pid, startedAt } of record.processes) if (readProcess(pid)?.startedAt === startedAt) killProcess(pid);
    await removeControlGroups(record.groups.filter((group) => basename(group).startsWith(groupPrefix)));
    await removeMachineFolder(path, isolation);
  }
}

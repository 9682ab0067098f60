import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

function foldersBelow(folder: string, depth: number): string[] {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(folder, name), ...foldersBelow(join(folder, name), depth - 1)]);
}

/** Processes that see the data folder mounted somewhere, or name it in their arguments. */
function processesOf(dataDir: string): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => `${read(`/proc/${pid}/mountinfo`)}${read(`/proc/${pid}/cmdline`)}`.includes(`${dataDir}/`))
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Whatever a data folder's machines have left on this host: nothing, once all of them have ended. */
export function leftoversOf(dataDir: string): string[] {
  const machines = join(dataDir, 'machines');
  const prefix = `matrx-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}-`;
  return [
    ...(existsSync(machines) ? readdirSync(machines).map((id) => `folder ${id}`) : []),
    ...foldersBelow(root, 8).filter((folder) => folder.includes(prefix)),
    ...processesOf(dataDir),
  ];
}

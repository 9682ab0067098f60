import { readFileSync, writeFileSync } from 'node:fs';
import { listProcesses } from '../../local/engines/process-table.ts';

interface Grown {
  readonly name: string;
  readonly bytes: number;
}

// By what their command lines have in them.
const kinds = { helper: 'files-helper', agent: 'agent.cjs', functions: 'runtime.mjs' } as const;

/** Watches from now on how much memory the processes of this one's local service take at the most beyond what they have; by kind the one that grew most. */
export function descendantMemory(): { grown(): readonly Grown[] } {
  const before = new Map<number, number>();
  for (const pid of descendants()) {
    if (kindOf(pid) === undefined) continue;
    before.set(pid, bytesOf(pid, 'VmRSS'));
    // Peaks begin anew.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  }
  return {
    grown: () =>
      Object.keys(kinds).map((name) => {
        const pids = descendants().filter((pid) => kindOf(pid) === name);
        const grown = pids.map((pid) => bytesOf(pid, 'VmHWM') - (before.get(pid) ?? 0));
        return { name, bytes: Math.max(0, ...grown) };
      }),
  };
}

function descendants(): number[] {
  const all = listProcesses();
  const found = new Set([process.pid]);
  // Children may have lower ids than their parents: look until nothing new is found.
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => pid !== process.pid);
}

function kindOf(pid: number): string | undefined {
  const line = textOf(pid, 'cmdline');
  return Object.entries(kinds).find(([, mark]) => line.includes(mark))?.[0];
}

const bytesOf = (pid: number, field: string): number =>
  1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(textOf(pid, 'status'))?.[1] ?? 0);

/** Empty for a process that has gone. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

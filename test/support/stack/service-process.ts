import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listProcesses, type ProcessEntry, readProcess } from '../../../local/engines/process-table.ts';
import type { LocalFile } from '../../../local/service/announce.ts';
import { buildDir } from '../build-dir.ts';

/** A service in a process of its own. Disposing it ends it in good order. */
export interface ServiceProcess extends AsyncDisposable {
  readonly local: LocalFile;
  readonly pid: number;
  /** Every process that it, or one of those, has started and that still has a parent among them. */
  descendants(): ProcessEntry[];
  /** Ends it without a word; resolves when it is gone. */
  kill(): Promise<void>;
}

const program = join(import.meta.dirname, 'serve-stack.ts');
const gone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Starts a service on a folder, or starts it again; `pool` machines wait for sandboxes of the usual size. Rejects with what it printed when it can't. */
export async function startServiceProcess(
  dataDir: string,
  { pool = 0 }: { readonly pool?: number } = {},
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [program, dataDir, buildDir, String(pool)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-4_096);
  });
  const exited = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the service ended (${signal ?? code}): ${complaint}`);
  });
  exited.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  const end = async (signal: NodeJS.Signals) => {
    if (gone(child)) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return {
    local: JSON.parse(line),
    pid: child.pid ?? 0,
    descendants: () => descendantsOf(child.pid ?? 0),
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

function descendantsOf(ancestor: number): ProcessEntry[] {
  const all = listProcesses();
  const found = new Set([ancestor]);
  // Children may have lower ids than their parents: look until nothing new is found.
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => pid !== ancestor && found.has(pid));
}

/** Which of these processes still run. */
export const survivors = (processes: readonly ProcessEntry[]): ProcessEntry[] =>
  processes.filter(({ pid, startedAt }) => readProcess(pid)?.startedAt === startedAt);

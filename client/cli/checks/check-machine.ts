import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bad, Check } from './check.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../../local/doctor.ts', import.meta.url));

/** The data folder that a local service here has, or would have: the nearest `.matrx` upwards. */
function dataFolder(directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.matrx'))) return join(folder, '.matrx');
    if (folder === dirname(folder)) return join(directory, '.matrx');
  }
}

/**
 * What the local service says of this machine: its data folder, its disk, what can isolate, its logs. Nothing where the
 * command line is installed without it.
 */
export async function checkMachine(directory: string, signal?: AbortSignal): Promise<Check[]> {
  if (!existsSync(program)) return [];
  try {
    const options = { timeout: 30_000, ...(signal && { signal }) };
    const { stdout } = await run(process.execPath, [program, dataFolder(directory)], options);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Check.parse(JSON.parse(line))]));
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return [bad('this machine', `it can't be looked at: ${reason.slice(0, 1_000)}`, 'npm start says more')];
  }
}

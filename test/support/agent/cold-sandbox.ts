import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlayedHomes } from '../fakes/fake-control-plane.ts';
import { writeAgentFiles } from './agent-files.ts';
import { type AgentMachine, startAgent } from './agent-machine.ts';

/** An agent whose sandbox has cold files, and `matrx-cold` there. */
export interface ColdSandbox extends AsyncDisposable {
  readonly machine: AgentMachine;
  /** Runs a script of the user's, in which `$COLD` is the program. */
  run(script: string): Promise<{ readonly code: number | null; readonly out: Buffer; readonly err: string }>;
}

/** Starts one before storage; it is ready, or has ended. */
export async function startCold(
  homes: PlayedHomes,
  options: Parameters<typeof startAgent>[0] = {},
): Promise<ColdSandbox> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'matrx-cold-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  await writeAgentFiles(folder, ['programs/matrx-cold']);
  const program = join(folder, 'programs/matrx-cold');
  const machine = started.use(
    await startAgent({ ...options, homes, assignment: { cold: true, ...options.assignment } }),
  );
  await Promise.race([machine.ready(), machine.exited]);
  const running = started.move();
  return {
    machine,
    async run(script) {
      const env = { COLD: `${process.execPath} ${program}` };
      const { stdout, stderr, outcome } = await machine.run({ argv: ['/bin/bash', '-c', script], env });
      return { code: outcome.exit_code, out: stdout, err: stderr.toString() };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A file of the sandbox's home. */
export const homeFile = ({ machine }: ColdSandbox, name: string): Promise<Buffer> => readFile(join(machine.home, name));

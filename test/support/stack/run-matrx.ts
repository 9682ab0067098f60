import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { matrxCommand, matrxEnvironment } from '../matrx-program.ts';
import { readAll } from '../read-all.ts';

export interface RunMatrx {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  /** Stop reading its output when the first of it has come, as `head` does. */
  readonly closeStdout?: boolean;
  /** Called with the process when it has written to this output for the first time. */
  readonly onFirst?: {
    readonly output: 'stdout' | 'stderr';
    readonly run: (kill: (signal: NodeJS.Signals) => void) => void;
  };
}

export interface MatrxRun {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly stderrBytes: Buffer;
}

/** Runs the command line as a shell would, in a process of its own with no settings but those given. */
export async function runMatrx(argv: readonly string[], options: RunMatrx = {}): Promise<MatrxRun> {
  const [program = '', ...words] = matrxCommand(...argv);
  const child = spawn(program, words, {
    env: { ...matrxEnvironment, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end without having read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  if (options.onFirst) {
    const { output, run } = options.onFirst;
    child[output].once('data', () => run((signal) => child.kill(signal)));
  }
  if (options.closeStdout) child.stdout.once('data', () => child.stdout.destroy());
  const ended = once(child, 'close');
  const stdoutRead = options.closeStdout ? Buffer.alloc(0) : readAll(child.stdout);
  const [stdout, stderr] = await Promise.all([stdoutRead, readAll(child.stderr)]);
  const [exitCode] = (await ended) as [number | null];
  return { exitCode, stdout, stderr: stderr.toString(), stderrBytes: stderr };
}

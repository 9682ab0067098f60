import { spawnSync } from 'node:child_process';

/** A program that could not be run, or that ended with another code than 0. */
class RunError extends Error {
  override readonly name = 'RunError';
}

interface Options {
  readonly input?: string;
  /** `show`: what it prints goes to the terminal; `read`: it is the answer. */
  readonly output: 'show' | 'read';
}

/** Runs a program by its arguments, without a shell. Answers what it wrote to its standard output, where that is read. */
export function run(command: string, args: readonly string[], { input, output }: Options): string {
  const stdout = output === 'show' ? 'inherit' : 'pipe';
  const {
    status,
    error,
    stdout: text,
  } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: [input === undefined ? 'inherit' : 'pipe', stdout, 'inherit'],
    maxBuffer: 16 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw new RunError(`${command} can't be run: ${error.message}`, { cause: error });
  if (status !== 0) throw new RunError(`${command} ${args[0] ?? ''} ended with ${status}`);
  return (text ?? '').trim();
}

import { limits } from '../../../contract/api/limits.ts';
import { CommandError } from '../command-error.ts';
import { type CommandResult, succeeded, toCommandResult } from '../command-result.ts';
import type { CommandProgress } from './command-progress.ts';
import { KeptOutput } from './kept-output.ts';

/** Called with each piece of output, in order; the next one waits for what it returns. */
export type OutputListener = (bytes: Uint8Array) => void | Promise<void>;

/** What becomes of a command's output, and of its end. */
export interface ResultOptions {
  /** Kept in the result, per stream; listeners get everything. @default 1 MB */
  readonly maxOutputBytes?: number | undefined;
  readonly onStarted?: ((commandId: string) => void) | undefined;
  readonly onStdout?: OutputListener | undefined;
  readonly onStderr?: OutputListener | undefined;
  /** Throws CommandError unless the command exits with 0. @default false */
  readonly check?: boolean | undefined;
}

/** The output in the result: bytes, or text, where what is not UTF-8 becomes U+FFFD. By default text. */
export interface ResultEncoding {
  readonly encoding?: 'utf8' | 'bytes' | undefined;
}

/** The result of a command that is followed to its end. Throws CommandError where `check` says so. */
export async function collectResult(
  progress: AsyncIterable<CommandProgress>,
  options: ResultOptions & ResultEncoding,
): Promise<CommandResult<string | Uint8Array>> {
  const maxBytes = options.maxOutputBytes ?? limits.maxOutputBytes.default;
  const kept = { stdout: new KeptOutput(maxBytes), stderr: new KeptOutput(maxBytes) };
  const listeners = { stdout: options.onStdout, stderr: options.onStderr };
  for await (const event of progress) {
    if (event.kind === 'started') options.onStarted?.(event.commandId);
    if (event.kind === 'missed') kept[event.stream].miss();
    if (event.kind === 'output') {
      kept[event.stream].add(event.bytes);
      await listeners[event.stream]?.(event.bytes);
    }
    if (event.kind === 'finished') {
      const read = (output: KeptOutput) => (options.encoding === 'bytes' ? output.bytes() : output.text());
      const result = toCommandResult(event.outcome, kept, read);
      if (options.check && !succeeded(result)) throw new CommandError(result);
      return result;
    }
  }
  throw new Error('a followed command ends by its outcome or by an error');
}

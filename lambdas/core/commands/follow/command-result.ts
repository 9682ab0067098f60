import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { CommandResult } from '../../../../contract/api/commands/command-result.ts';
import type { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { knownError } from '../../known-error.ts';
import { CollectedOutput } from '../output/collected-output.ts';
import { type RunningCommand, withoutEnd } from './running-command.ts';

/**
 * A followed command as one result, with the first `maxBytes` of each stream. Its status has been given by then, so a lost channel
 * is a result too: `running`, as far as anybody knows.
 */
export async function commandResult(
  run: RunningCommand,
  events: AsyncIterable<CommandEvent>,
  { clock, maxBytes, onEnd }: { clock: Clock; maxBytes: number; onEnd: (end: CommandEvent | SandboxError) => void },
): Promise<CommandResult> {
  const output = { stdout: new CollectedOutput(maxBytes), stderr: new CollectedOutput(maxBytes) };
  const seen = { stdout: 0, stderr: 0 };
  let outcome = withoutEnd(run, clock, 'running', seen);
  try {
    for await (const event of events) {
      if (event.kind === 'finished') {
        onEnd(event);
        outcome = event.outcome;
        continue;
      }
      output[event.kind].push(event.offset, event.data);
      seen[event.kind] = event.offset + event.data.length;
    }
  } catch (cause) {
    onEnd(knownError(cause));
    outcome = withoutEnd(run, clock, 'running', seen);
  }
  const stdout = output.stdout.result(outcome.stdout_bytes);
  const stderr = output.stderr.result(outcome.stderr_bytes);
  return {
    ...outcome,
    stdout: stdout.text,
    stderr: stderr.text,
    stdout_encoding: stdout.encoding,
    stderr_encoding: stderr.encoding,
    truncated: stdout.bytes < outcome.stdout_bytes || stderr.bytes < outcome.stderr_bytes,
  };
}

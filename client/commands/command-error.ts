import { SandboxError } from '../../contract/api/errors.ts';
import type { CommandResult } from './command-result.ts';

const endings: Readonly<Record<CommandResult['outcome'], (result: CommandResult<unknown>) => string>> = {
  exited: ({ exitCode }) => `exited with ${exitCode}`,
  signaled: ({ signal }) => `was ended by ${signal}`,
  timed_out: () => 'ran into its time-out',
  killed: () => 'was killed',
  out_of_memory: () => 'ran out of memory',
  lost: () => 'was lost with its sandbox',
  running: () => 'still runs',
};

/** How a command ended, in words that follow its name. */
export const describeEnding = (result: CommandResult<unknown>): string => endings[result.outcome](result);

/** A command that did not succeed, where `check` asked for that to be an error. Its code is `command_failed`. */
export class CommandError<Output = string> extends SandboxError {
  readonly result: CommandResult<Output>;

  constructor(result: CommandResult<Output>) {
    super('command_failed', `command ${result.commandId} ${describeEnding(result)}`, {
      details: { command_id: result.commandId, outcome: result.outcome, exit_code: result.exitCode },
    });
    this.name = 'CommandError';
    this.result = result;
  }
}

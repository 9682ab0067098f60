import type { CommandHandle } from './commands/command-handle.ts';
import type { CommandResult } from './commands/command-result.ts';
import type { Commands, RunOptions, StartOptions } from './commands/commands.ts';
import type { ResultEncoding } from './commands/output/collect-result.ts';

/**
 * Commands whose working directory and exported variables carry over from one to the next, one at a time: a second one meanwhile
 * throws `session_busy`. It begins with its first command, in the home, and needs no end.
 */
export class Session {
  readonly #commands: Commands;
  readonly name: string;

  constructor(commands: Commands, name: string) {
    this.#commands = commands;
    this.name = name;
  }

  /** As `commands.run`. */
  run(
    command: string | readonly string[],
    options: Omit<RunOptions, 'session'> & { encoding: 'bytes' },
  ): Promise<CommandResult<Uint8Array>>;
  run(
    command: string | readonly string[],
    options?: Omit<RunOptions, 'session'> & { encoding?: 'utf8' | undefined },
  ): Promise<CommandResult>;
  run(
    command: string | readonly string[],
    options: Omit<RunOptions, 'session'> & ResultEncoding = {},
  ): Promise<CommandResult<string | Uint8Array>> {
    // Which of the two overloads it is, the caller's type says.
    return this.#commands.run(command, { ...options, session: this.name } as RunOptions & { encoding: 'bytes' });
  }

  /** As `commands.start`. */
  start(command: string | readonly string[], options: Omit<StartOptions, 'session'> = {}): Promise<CommandHandle> {
    return this.#commands.start(command, { ...options, session: this.name });
  }
}

import type * as z from 'zod';
import type { CommandList } from '../../../contract/agent/command-control.ts';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { ListCommands } from '../../../contract/api/commands/command-control.ts';
import { commandSummary } from '../../../contract/api/commands/command-summary.ts';
import type { Command } from '../commands/command.ts';
import { type Commands, commandNotFound, rootRefused } from '../commands/commands.ts';
import type { GrantedChannel } from './granted-channel.ts';

/**
 * The sandbox's commands as the holder of a grant reaches them: so many at once, each with a record of who ran it. Those that run
 * as root are not for it, neither to start nor to see.
 */
export class GrantedCommands implements Pick<Commands, 'start' | 'get' | 'list'> {
  readonly #commands: Commands;
  readonly #channel: GrantedChannel;

  constructor(commands: Commands, channel: GrantedChannel) {
    this.#commands = commands;
    this.#channel = channel;
  }

  /** As `Commands.start`; rejects with `too_many_commands` also when the grant allows no more. */
  async start(order: StartCommand): Promise<Command> {
    if (order.user === 'root') throw rootRefused();
    if (this.#commands.knows(order.command_id)) {
      await this.get(order.command_id);
      return this.#commands.start(order);
    }
    const { grant, use } = this.#channel;
    if (use.running >= grant.running_commands)
      throw new AgentError('too_many_commands', `${use.running} commands of this grant run, at most as many`);
    use.running++;
    try {
      const { program, commandBytes } = commandSummary(order);
      const { grant_id, user_id } = grant;
      const audit = { grant_id, user_id, program, command_bytes: commandBytes };
      const command = await this.#commands.start(order, audit);
      void command.ended.finally(() => use.running--);
      return command;
    } catch (error) {
      use.running--;
      throw error;
    }
  }

  /** As `Commands.get`; what runs as root isn't there. */
  async get(id: string): Promise<Command> {
    const command = await this.#commands.get(id);
    if (!isShown(command)) throw commandNotFound(id);
    return command;
  }

  list(query: z.infer<typeof ListCommands>): z.infer<typeof CommandList> {
    return this.#commands.list(query, isShown);
  }
}

const isShown = ({ user }: Command): boolean => user !== 'root';

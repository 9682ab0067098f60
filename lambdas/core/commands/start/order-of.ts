import type { StartCommand } from '../../../../contract/agent/commands.ts';

/** What the agent is told to run, out of what the caller asked for. */
export function orderOf(
  { command, argv, cwd, env, stdin, tty, session, user }: Omit<StartCommand, 'command_id' | 'timeout_seconds'>,
  command_id: string,
  timeout_seconds: number | null,
): StartCommand {
  return { command_id, command, argv, cwd, env, stdin, tty, session, user, timeout_seconds };
}

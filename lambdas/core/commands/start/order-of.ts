import type { StartCommand } from '../../../../contract/agent/commands.ts';

interface Asked extends Omit<StartCommand, 'command_id' | 'timeout_seconds' | 'keep_output'> {
  readonly keep_output: boolean;
}

/** What the agent is told to run, out of what the caller asked for. */
export function orderOf(
  { command, argv, cwd, env, stdin, tty, session, user, keep_output }: Asked,
  command_id: string,
  timeout_seconds: number | null,
): StartCommand {
  const order = { command_id, command, argv, cwd, env, stdin, tty, session, user, timeout_seconds };
  return keep_output ? { ...order, keep_output } : order;
}

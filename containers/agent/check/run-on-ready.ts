import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { Command, type CommandTools } from '../commands/command.ts';
import { prepareCommand } from '../commands/prepare-command.ts';

// The end says why: what it printed to stderr comes last.
const maxExcerpt = 4_000;

/**
 * Runs the sandbox's own first command. Answers what to say of its failure, with the end of its output, or undefined when
 * it exited with 0. At most 4,096 characters.
 */
export async function runOnReady(
  tools: CommandTools,
  home: string,
  assignment: Pick<Assignment, 'on_ready' | 'sandbox_id' | 'user_id' | 'env'>,
): Promise<string | undefined> {
  if (assignment.on_ready === null) return undefined;
  const order = { ...assignment.on_ready, command_id: 'on_ready', env: {} };
  await using command = await Command.start(prepareCommand(order, home, assignment), tools);
  const { outcome, exit_code, signal } = await command.ended;
  if (outcome === 'exited' && exit_code === 0) return undefined;
  const how = outcome === 'exited' ? `exited with ${exit_code}` : `${outcome} by ${signal}`;
  return `on_ready ${how}\n${command.output.excerpt.slice(-maxExcerpt)}`;
}

import type { StartCommand } from '../../../contract/agent/commands.ts';
import type { CommandSpec } from './command.ts';
import { commandEnvironment, type EnvironmentSource } from './launch/environment.ts';
import { argumentsOf, workingDirectory } from './launch/launcher.ts';
import { standardInputBytes } from './launch/standard-input.ts';

/** What to run for an order, in a sandbox. Throws `invalid_request` or `too_large` for input that is not what it says. */
export const prepareCommand = (order: StartCommand, home: string, source: EnvironmentSource): CommandSpec => ({
  id: order.command_id,
  argv: argumentsOf(order),
  cwd: workingDirectory(home, order.cwd),
  env: commandEnvironment(home, source, order.env),
  stdin: order.stdin === 'pipe' ? undefined : order.stdin && standardInputBytes(order.stdin),
  timeoutSeconds: order.timeout_seconds,
});

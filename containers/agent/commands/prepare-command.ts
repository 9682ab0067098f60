import { Buffer } from 'node:buffer';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { TerminalSize } from '../../../contract/api/commands/command-input.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { CommandSpec } from './command-spec.ts';
import { commandEnvironment, type EnvironmentSource, personOf, terminalName } from './launch/environment.ts';
import { argumentsOf, workingDirectory } from './launch/launcher.ts';
import { standardInputBytes } from './launch/standard-input.ts';
import { sessionArguments } from './sessions/session-shell.ts';
import type { SessionTurn } from './sessions/sessions.ts';

/** The descriptor after those that every command has; a terminal's program has one more. */
const stateDescriptor = (tty: TerminalSize | undefined): number => (tty === undefined ? 3 : 4);

/**
 * What to run for an order, in a sandbox; in a session it goes on with what the session's last command left. Throws `invalid_request`
 * or `too_large` for input that is not what it says.
 */
export function prepareCommand(
  order: StartCommand,
  home: string,
  source: EnvironmentSource,
  session?: SessionTurn,
): CommandSpec {
  const { command, user = 'agent', tty } = order;
  const state = session?.state;
  const person = personOf(user, home);
  const tellsState = session !== undefined && command !== undefined;
  const options = { user, terminal: tty !== undefined };
  return {
    id: order.command_id,
    text: textOf(order),
    argv: tellsState ? sessionArguments(command, stateDescriptor(tty), state === undefined) : argumentsOf(order),
    cwd: withinBounds(workingDirectory(person.home, order.cwd ?? state?.cwd)),
    env: state
      ? { ...(tty && terminalName), ...state.env, ...order.env }
      : commandEnvironment(home, source, order.env, options),
    user,
    tty,
    session,
    tellsState,
    stdin: order.stdin && order.stdin !== 'pipe' ? standardInputBytes(order.stdin) : order.stdin,
    timeoutSeconds: order.timeout_seconds,
  };
}

/** A relative path is longer once it starts at the home; nobody could report a command that ran there. */
function withinBounds(cwd: string): string {
  if (Buffer.byteLength(cwd) <= limits.pathBytes) return cwd;
  const rule = `expected at most ${limits.pathBytes} bytes, with the home before it`;
  throw new AgentError('invalid_request', `cwd: ${rule}`, { details: { field: 'cwd', rule } });
}

/** What lists show of a command. */
const textOf = ({ command, argv = [] }: Pick<StartCommand, 'command' | 'argv'>): string =>
  (command ?? argv.join(' ')).slice(0, limits.commandTextLength).toWellFormed();

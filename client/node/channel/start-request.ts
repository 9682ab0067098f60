import { agentApi, type Follow, type StartCommand } from '../../../contract/agent/commands.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { ReadUpTo } from '../../commands/transport/command-transport.ts';
import type { ExecCall } from '../../commands/transport/exec-call.ts';

/** What the agent is told of a call. */
export function startOrder({ body }: Pick<ExecCall, 'body'>, commandId: string, timeoutSeconds: number | null) {
  const { command, argv, cwd, env = {}, stdin, tty, session, user } = body;
  return {
    command_id: commandId,
    command,
    argv,
    cwd,
    env,
    stdin,
    tty,
    session,
    user,
    timeout_seconds: timeoutSeconds,
    keep_output: body.keep_output || undefined,
  } satisfies Record<keyof StartCommand, unknown>;
}

/** Starts a command, or joins it, and follows it from where its reader is. */
export function startRequest(call: ExecCall, commandId: string, from: ReadUpTo) {
  const { timeout_seconds = limits.timeoutSeconds.default } = call.body;
  const { method, path } = agentApi.startCommand;
  return { method, path: `${path}?${offsets(from)}`, body: startOrder(call, commandId, timeout_seconds) };
}

/** Follows a command that has been started: to its end, or as far as it is now. */
export function framesRequest(commandId: string, from: ReadUpTo, until?: Follow['until']) {
  const { method, path } = agentApi.followCommand;
  return {
    method,
    path: `${path.replace('{command_id}', commandId)}?${offsets(from)}${until ? `&until=${until}` : ''}`,
  };
}

const offsets = (from: ReadUpTo) =>
  new URLSearchParams({ stdout_offset: String(from.stdout), stderr_offset: String(from.stderr) });

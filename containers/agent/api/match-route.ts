import { agentApi } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import { CommandId } from '../../../contract/api/identifiers.ts';
import { parse } from './parse.ts';

type RouteName = keyof typeof agentApi;

const patterns = Object.entries(agentApi).map(([name, { method, path }]) => ({
  name: name as RouteName,
  method: method as string,
  pattern: new RegExp(`^${path.replace('{command_id}', '(?<commandId>[^/]+)')}$`),
}));

/** The route of a request. Throws `route_not_found`, or `invalid_request` for an id that is none. */
export function matchRoute(method: string, path: string): { route: RouteName; commandId: string } {
  for (const row of patterns) {
    const found = row.method === method ? row.pattern.exec(path) : null;
    if (!found) continue;
    const commandId = found.groups?.['commandId'];
    return { route: row.name, commandId: commandId === undefined ? '' : parse(CommandId, commandId) };
  }
  throw noRoute({ method, path: path.slice(0, 100) });
}

/** A route that isn't there, or not for whoever asks. */
export const noRoute = (details: Readonly<Record<string, unknown>> = {}): AgentError =>
  new AgentError('route_not_found', 'no such route', { details });

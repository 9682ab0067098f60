import { SandboxError } from '../../contract/api/errors.ts';
import type { Log } from '../core/log.ts';
import type { Exchange } from './exchange.ts';
import { bodyBytes } from './request/read-body.ts';

/** A route's name as a log names it: `execCommand` is `command.exec`. */
function eventName(route: string): string {
  const [verb = '', ...noun] = route.split(/(?=[A-Z])/);
  return noun.length === 0 ? `agent.${verb}` : `${noun.join('_').toLowerCase()}.${verb}`;
}

const outcomeOf = (status: number): string => (status < 400 ? 'ok' : status < 500 ? 'refused' : 'failed');

/**
 * Writes the one line of a request when its answer is complete. It is the audit record too: who, what, which sandbox, from
 * where, how it went. `error`: what was thrown; its cause is written here and nowhere else.
 */
export function writeAccess(log: Log, exchange: Exchange, status: number, error?: unknown): void {
  const { event, match, caller, facts } = exchange;
  const { identity, resourcePath, httpMethod } = event.requestContext;
  const code = error instanceof SandboxError ? error.code : error === undefined ? undefined : 'internal';
  // What is thrown once the status has left is a failure, whatever that status says.
  const isBroken = error !== undefined && (status >= 500 || status < 400);
  const failed = status >= 500 || isBroken || 'code' in facts;
  const fields = {
    event: match === undefined ? 'request.refuse' : eventName(match.name),
    outcome: failed ? 'failed' : outcomeOf(status),
    requestId: exchange.requestId,
    route: `${httpMethod} ${resourcePath}`,
    door: match?.door,
    callerKind: caller?.kind,
    caller: caller === undefined || caller.kind === 'anybody' ? undefined : caller.identity,
    principal: caller !== undefined && 'principal' in caller ? caller.principal : undefined,
    sourceIp: identity.sourceIp,
    sandboxId: event.pathParameters?.['sandbox_id']?.slice(0, 64),
    status,
    code,
    ...facts,
    durationMs: Math.round(performance.now() - exchange.startedMs),
    bytesIn: bodyBytes(event),
    bytesOut: exchange.bytesOut,
    ...(isBroken ? { error } : {}),
  };
  (failed ? log.error : log.info)('request', fields);
}

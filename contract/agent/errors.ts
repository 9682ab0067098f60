import type { ErrorCode } from '../api/errors.ts';

/** Failures of the agent's own API: HTTP status inside, and the code a caller outside gets for it. */
export const agentErrors = {
  invalid_request: { status: 400, outside: 'invalid_request' },
  command_not_found: { status: 404, outside: 'not_found' },
  route_not_found: { status: 404, outside: 'internal' },
  not_assigned: { status: 409, outside: 'sandbox_not_ready' },
  grant_ended: { status: 403, outside: 'access_ended' },
  ending: { status: 410, outside: 'sandbox_ended' },
  too_large: { status: 413, outside: 'too_large' },
  too_many_commands: { status: 429, outside: 'rate_limited' },
  internal: { status: 500, outside: 'internal' },
} as const satisfies Record<string, { status: number; outside: ErrorCode }>;

export type AgentErrorCode = keyof typeof agentErrors;

/** A failure the agent answers with; `details` name field, value and rule where there is one. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: AgentErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AgentError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

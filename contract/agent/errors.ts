import type { ErrorCode } from '../api/errors.ts';

/** Failures of the agent's own API: HTTP status inside, and the code a caller outside gets for it. */
export const agentErrors = {
  invalid_request: { status: 400, outside: 'invalid_request' },
  command_not_found: { status: 404, outside: 'not_found' },
  route_not_found: { status: 404, outside: 'internal' },
  file_not_found: { status: 404, outside: 'file_not_found' },
  file_exists: { status: 409, outside: 'file_exists' },
  /** A folder where a file is wanted, a file where a folder is, or what is neither. */
  wrong_file_type: { status: 409, outside: 'wrong_file_type' },
  folder_not_empty: { status: 409, outside: 'file_exists' },
  /** In use, so that the kernel allows no change. */
  file_busy: { status: 409, outside: 'conflict' },
  /** Not what it was when the work on it began; it may be tried again. */
  file_changed: { status: 409, outside: 'conflict' },
  permission_denied: { status: 403, outside: 'permission_denied' },
  no_space: { status: 507, outside: 'no_space' },
  /** No path can be so: too long a name, links that lead in a circle, another file system in between. */
  path_invalid: { status: 400, outside: 'invalid_request' },
  too_many_entries: { status: 413, outside: 'too_large' },
  /** What worked on files died or took too long; what it wrote is whole or absent. */
  helper_lost: { status: 503, outside: 'unavailable' },
  /** Storage did not take or give what was ordered. */
  transfer_failed: { status: 502, outside: 'unavailable' },
  not_assigned: { status: 409, outside: 'sandbox_not_ready' },
  grant_ended: { status: 403, outside: 'access_ended' },
  root_refused: { status: 403, outside: 'forbidden' },
  session_busy: { status: 409, outside: 'session_busy' },
  /** The id is that of a command with another order. */
  order_conflict: { status: 409, outside: 'idempotency_conflict' },
  /** What is asked doesn't fit what the command is or has become. */
  conflict: { status: 409, outside: 'conflict' },
  ending: { status: 410, outside: 'sandbox_ended' },
  too_large: { status: 413, outside: 'too_large' },
  too_many_commands: { status: 429, outside: 'rate_limited' },
  too_many_calls: { status: 429, outside: 'rate_limited' },
  /** `details.value` is the offset that has been taken so far. */
  input_full: { status: 429, outside: 'rate_limited' },
  disk_full: { status: 507, outside: 'unavailable' },
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

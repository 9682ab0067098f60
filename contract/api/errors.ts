// The one table of failures. A code is part of the API: never renamed, never reused.

interface ErrorRow {
  /** HTTP status of the answer; 0 for what a client meets on its own side, which never crosses the wire. */
  readonly status: number;
  /** Whether the same call may succeed later, unchanged. */
  readonly retry: boolean;
  /** What the caller can do next. */
  readonly hint: string;
}

export const errors = {
  invalid_request: { status: 400, retry: false, hint: 'correct the named field; GET /openapi.json has every rule' },
  unauthenticated: { status: 401, retry: false, hint: 'sign the request or send a valid access token' },
  forbidden: { status: 403, retry: false, hint: 'GET /me says what these credentials may do' },
  permission_denied: { status: 403, retry: false, hint: 'stat the path to see its owner and mode' },
  not_found: { status: 404, retry: false, hint: 'GET /sandboxes lists the sandboxes you own' },
  file_not_found: { status: 404, retry: false, hint: 'list the folder above it to see what is there' },
  method_not_allowed: { status: 405, retry: false, hint: 'GET /openapi.json lists the methods of each path' },
  sandbox_not_ready: { status: 409, retry: true, hint: 'wait until its status is ready, or create it with ?wait=true' },
  session_busy: {
    status: 409,
    retry: true,
    hint: 'wait for the command that runs in this session, or use another one',
  },
  idempotency_conflict: { status: 409, retry: false, hint: 'use a new Idempotency-Key for a different request' },
  conflict: { status: 409, retry: true, hint: 'read the record again and repeat the change' },
  file_exists: { status: 409, retry: false, hint: 'allow overwriting, remove what is there, or use another path' },
  wrong_file_type: { status: 409, retry: false, hint: 'stat the path to see what is there' },
  upload_incomplete: {
    status: 409,
    retry: false,
    hint: 'GET the upload to see which parts were received, send the others, and complete it again',
  },
  sandbox_ended: { status: 410, retry: false, hint: 'create a new sandbox' },
  access_ended: { status: 410, retry: false, hint: 'open another channel: POST /sandboxes/{sandbox_id}/access' },
  too_large: { status: 413, retry: false, hint: 'send a smaller request' },
  range_not_satisfiable: { status: 416, retry: false, hint: 'stat the file to see its size' },
  quota_exceeded: { status: 429, retry: true, hint: 'delete a sandbox you no longer use, or wait for one to end' },
  rate_limited: { status: 429, retry: true, hint: 'wait as long as Retry-After says' },
  no_space: { status: 507, retry: false, hint: 'remove files, or create a sandbox with a larger disk_gb' },
  internal: { status: 500, retry: false, hint: 'report the request_id to the operator' },
  channel_lost: {
    status: 502,
    retry: false,
    hint: 'the command may still run: repeat the call with the same Idempotency-Key to join it',
  },
  closed: { status: 503, retry: true, hint: 'the message says why and until when; what runs goes on running' },
  capacity_unavailable: { status: 503, retry: true, hint: 'wait as long as Retry-After says and try again' },
  storage_unavailable: {
    status: 503,
    retry: true,
    hint: 'the message names the bucket and what is wrong with it; GET /health says since when',
  },
  unavailable: { status: 503, retry: true, hint: 'GET /health says which part is down' },
  not_configured: {
    status: 0,
    retry: false,
    hint: 'set MATRX_URL and MATRX_TOKEN, or start a local service: npm start',
  },
  unreachable: { status: 0, retry: true, hint: 'check the URL, and that the service runs: matrx doctor' },
  timed_out: { status: 0, retry: true, hint: 'try again, or allow more time' },
  connection_lost: { status: 0, retry: true, hint: 'what was asked may have been done: look before you repeat it' },
  bad_answer: { status: 0, retry: false, hint: 'check that the URL leads to this service, in the same version' },
  command_failed: { status: 0, retry: false, hint: 'the result says how it ended and what it printed' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;

/** The codes that an answer can carry. */
export const errorCodes = (Object.keys(errors) as ErrorCode[]).filter((code) => errors[code].status > 0) as [
  ErrorCode,
  ...ErrorCode[],
];

export interface ErrorDetails {
  /** The input field at fault, as the caller named it: `env.PATH`, `query.limit`. */
  readonly field?: string;
  /** The value given, cut to 100 characters. */
  readonly value?: string;
  /** What the field accepts. */
  readonly rule?: string;
  /** The known field nearest to an unknown one. */
  readonly nearest?: string;
  readonly [key: string]: unknown;
}

/** The one failure the product throws on purpose. Status, retry and hint come from the table. */
export class SandboxError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** For 429 and 503: when to try again. */
  readonly retryAfterSeconds: number | undefined;
  /** Of the answer that told it, on the caller's side; what the operator finds in the logs. */
  readonly requestId: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      details?: ErrorDetails;
      cause?: unknown;
      retryAfterSeconds?: number | undefined;
      requestId?: string | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SandboxError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.requestId = options.requestId;
  }

  get status(): number {
    return errors[this.code].status;
  }

  get retry(): boolean {
    return errors[this.code].retry;
  }

  get hint(): string {
    return errors[this.code].hint;
  }
}

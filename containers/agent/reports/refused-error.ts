import { type ErrorCode, errors } from '../../../contract/api/errors.ts';

/** The control plane answered, and the answer is no. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(`${code}: ${message.slice(0, 200)}`);
    this.code = code;
  }

  /** Whether the same call may succeed later: by the table, and for whatever went wrong on the other side. */
  get retry(): boolean {
    return errors[this.code].retry || errors[this.code].status >= 500;
  }
}

import type { AgentErrorCode } from '../../../../contract/agent/errors.ts';

/** A failure that the kernel has no name for. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

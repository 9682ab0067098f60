/** A function that gave no answer, or broke off in the middle of one; `errorType` is Lambda's own name for why. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly errorType: string;

  constructor(errorType: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.errorType = errorType;
  }
}

/** Lambda refused the invocation; no function has seen it. */
export class InvocationRefused extends Error {
  override readonly name = 'InvocationRefused';
  readonly reason: 'throttled' | 'too_large' | 'stopped';

  constructor(reason: InvocationRefused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Why the service can't start: what is wrong, and what to do about it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly fix: string;

  constructor(message: string, fix: string, cause?: unknown) {
    super(message, { cause });
    this.fix = fix;
  }
}

/** What a Docker engine answered instead of doing what it was asked. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  /** HTTP's; 404 for what isn't there, 409 for what is in use or in another state. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether the engine says that what was named isn't there, or is on its way out. */
export const isGone = (error: unknown): boolean =>
  error instanceof DockerError && (error.status === 404 || error.status === 409);

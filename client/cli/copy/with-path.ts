import type { Buffer } from 'node:buffer';
import { SandboxError } from '../../../contract/api/errors.ts';
import { localFailure } from '../local-failure.ts';

/** Does some of a copy's work; what fails says at which path: that of the work, or `here` where this machine refuses. */
export async function withPath<T>(path: Buffer, work: () => Promise<T>, here = path): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SandboxError)) throw localFailure(here.toString(), error) ?? error;
    const { code, message, details, retryAfterSeconds, requestId } = error;
    throw new SandboxError(code, `${path}: ${message}`, { details, retryAfterSeconds, requestId, cause: error });
  }
}

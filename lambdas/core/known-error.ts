import { SandboxError } from '../../contract/api/errors.ts';

/** A failure as callers get it: what nobody has named is `internal`, and says nothing more. Keeps it as the cause. */
export const knownError = (thrown: unknown): SandboxError =>
  thrown instanceof SandboxError ? thrown : new SandboxError('internal', 'internal error', { cause: thrown });

import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import { HomeFaultCode } from '../../../contract/home/home-report.ts';

/** What a caller gets for what went wrong with a home inside of a sandbox. */
const outside: Readonly<Record<HomeFaultCode, ErrorCode>> = {
  bucket_missing: 'storage_unavailable',
  bucket_foreign: 'storage_unavailable',
  storage_forbidden: 'storage_unavailable',
  storage_unavailable: 'storage_unavailable',
  no_credentials: 'storage_unavailable',
  corrupt: 'storage_unavailable',
  checkpoint_not_found: 'not_found',
  too_many_entries: 'too_large',
  too_many_bytes: 'too_large',
  path_too_long: 'too_large',
  no_space: 'no_space',
  helper_lost: 'unavailable',
  time_ran_out: 'unavailable',
  internal: 'internal',
};

const retrySeconds = 5;

/** A fault that the agent tells. What it says is hostile: cut, and kept to itself where the fault is ours. */
export function homeFault({ code, message }: { readonly code: string; readonly message: string }): SandboxError {
  const known = HomeFaultCode.safeParse(code);
  const cause = new Error(`agent: ${code.slice(0, 100)}: ${message.slice(0, 1_000)}`);
  const told = known.success ? outside[known.data] : 'internal';
  if (told === 'internal') return new SandboxError('internal', 'internal error', { cause });
  return new SandboxError(told, `the home could not be saved: ${message.slice(0, 500)}`, {
    details: { part: 'storage', reason: code.slice(0, 100) },
    cause,
    ...(told === 'storage_unavailable' || told === 'unavailable' ? { retryAfterSeconds: retrySeconds } : {}),
  });
}

import { toldError } from '../../../contract/agent/told-error.ts';
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

interface ToldFault {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Why a save failed, as the agent tells it. What it says is hostile: cut, and kept to itself where the fault is ours. */
export function homeFault(error: ToldFault): SandboxError {
  const reason = HomeFaultCode.safeParse(error.details['fault']);
  const code = reason.success ? outside[reason.data] : 'internal';
  if (!reason.success || code === 'internal') return toldError({ error }, 'the agent says what is no error');
  return new SandboxError(code, error.message.slice(0, 500), {
    details: { part: 'storage', reason: reason.data },
    cause: new Error(`agent: ${error.code.slice(0, 100)}: ${reason.data}`),
    ...(code === 'storage_unavailable' || code === 'unavailable' ? { retryAfterSeconds: retrySeconds } : {}),
  });
}

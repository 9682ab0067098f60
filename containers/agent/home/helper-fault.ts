import { AgentError, type AgentErrorCode } from '../../../contract/agent/errors.ts';
import type { HomeFaultCode } from '../../../contract/home/home-report.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { HomeFault } from './home-fault.ts';

const faults: Partial<Record<AgentErrorCode, readonly [HomeFaultCode, string]>> = {
  too_many_entries: ['too_many_entries', `the home has more than ${homeLimits.entries} files, or folders too deep`],
  path_invalid: ['path_too_long', 'the home has a path that can’t be used'],
  no_space: ['no_space', 'the disk is full'],
  helper_lost: ['helper_lost', 'what works on files died'],
  file_changed: ['corrupt', 'what is stored is not what was saved'],
};

/** What went wrong, as a fault of the home: what the helper says, and what nobody foresaw. */
export function homeFault(error: unknown): HomeFault {
  if (error instanceof HomeFault) return error;
  const [code, message] = (error instanceof AgentError ? faults[error.code] : undefined) ?? ['internal', String(error)];
  return new HomeFault(code, message, { cause: error });
}

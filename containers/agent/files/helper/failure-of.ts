import type { AgentErrorCode } from '../../../../contract/agent/errors.ts';
import type { Failure } from '../wire/operations.ts';
import { FileFault } from './file-fault.ts';

const codes: Readonly<Record<string, AgentErrorCode>> = {
  ENOENT: 'file_not_found',
  EEXIST: 'file_exists',
  ENOTEMPTY: 'folder_not_empty',
  EISDIR: 'wrong_file_type',
  ENOTDIR: 'wrong_file_type',
  ENXIO: 'wrong_file_type',
  ENODEV: 'wrong_file_type',
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EROFS: 'permission_denied',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EFBIG: 'no_space',
  ENAMETOOLONG: 'path_invalid',
  ELOOP: 'path_invalid',
  EINVAL: 'path_invalid',
  EXDEV: 'path_invalid',
  EBUSY: 'file_busy',
  EMFILE: 'file_busy',
  ENFILE: 'file_busy',
  ENOMEM: 'file_busy',
  ETXTBSY: 'file_busy',
  ESTALE: 'file_changed',
};

/** The kernel's name for a failure, if it is one of its. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && !(error instanceof FileFault) ? String(error.code) : undefined;

/** A failure as it crosses to the agent. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FileFault) return { code: error.code };
  const errno = errnoOf(error);
  return { code: (errno && codes[errno]) ?? 'internal', ...(errno !== undefined && { errno }) };
}

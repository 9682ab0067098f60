import * as z from 'zod';
import { AgentError, type AgentErrorCode } from '../../../contract/agent/errors.ts';

// In our words: what the helper says is whatever the user's own code made it say.
const told = {
  file_not_found: 'there is no such file or folder',
  file_exists: 'something is there already',
  wrong_file_type: 'what is there is of another type than this needs',
  folder_not_empty: 'the folder is not empty',
  file_busy: 'it is in use',
  file_changed: 'the file changed meanwhile',
  permission_denied: "the sandbox's user is not permitted to do this",
  no_space: 'there is no space left',
  path_invalid: 'no path can be so',
  too_many_entries: 'there are too many entries',
  too_large: 'it is larger than one answer may be',
} as const satisfies Partial<Record<AgentErrorCode, string>>;

const rules: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'expected names of at most 255 bytes',
  ELOOP: 'expected links that come to an end',
  EXDEV: 'expected both on one file system',
  EINVAL: 'expected a path that is not within itself',
};

const Failure = z.object({
  code: z.enum(Object.keys(told) as [keyof typeof told, ...(keyof typeof told)[]]),
  errno: z
    .string()
    .regex(/^E[A-Z0-9]{1,20}$/)
    .optional(),
});

/** What the helper says went wrong, as the agent answers it. Anything it can't have to say is `internal`. */
export function fileError(failure: unknown): AgentError {
  const parsed = Failure.safeParse(failure);
  const cause = new Error(`the helper: ${JSON.stringify(failure)?.slice(0, 200)}`);
  if (!parsed.success) return new AgentError('internal', 'the file operation failed', { cause });
  const { code, errno } = parsed.data;
  const rule = errno === undefined ? undefined : rules[errno];
  return new AgentError(code, told[code], {
    details: { ...(code === 'path_invalid' && { field: 'path' }), ...(rule && { rule }), ...(errno && { errno }) },
    cause,
  });
}

/** Why the helper can't answer. */
export const helperLost = (cause: unknown): AgentError =>
  new AgentError('helper_lost', 'what worked on the file was lost; what it wrote is whole or absent', { cause });

import { UserId } from '../../../contract/api/identifiers.ts';
import { UsageError } from '../usage-error.ts';
import type { Arguments } from './parse-arguments.ts';

/** The user a verb was given, if it was. Throws UsageError for more than one, and for what is no user's id. */
export function optionalUser({ positionals }: Arguments): string | undefined {
  const [userId, more] = positionals;
  if (more !== undefined) throw new UsageError(`unexpected argument "${more.slice(0, 60)}"`);
  if (userId !== undefined && !UserId.safeParse(userId).success)
    throw new UsageError(`"${userId.slice(0, 60)}" is no user id, expected letters, digits, ".", "_", "-"`);
  return userId;
}

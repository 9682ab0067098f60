import { UserId } from '../../../contract/api/identifiers.ts';
import { UsageError } from '../usage-error.ts';
import type { Arguments } from './parse-arguments.ts';

function checked(userId: string | undefined): string | undefined {
  if (userId === undefined || UserId.safeParse(userId).success) return userId;
  throw new UsageError(`"${userId.slice(0, 60)}" is no user id, expected letters, digits, ".", "_", "-"`);
}

/** The user a verb was given, if it was. Throws UsageError for more than one, and for what is no user's id. */
export function optionalUser({ positionals }: Arguments): string | undefined {
  const [userId, more] = positionals;
  if (more !== undefined) throw new UsageError(`unexpected argument "${more.slice(0, 60)}"`);
  return checked(userId);
}

/** The user that `--user` names, if it is given. Throws UsageError for what is no user's id. */
export const namedUser = (args: Arguments): string | undefined => checked(args.text('user'));

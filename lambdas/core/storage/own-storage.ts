import { SandboxError } from '../../../contract/api/errors.ts';
import { mayActFor, type UserCaller } from '../caller.ts';

/** Throws `not_found` unless the caller may act for the user: it can't tell whether there is such a one. */
export function assertOwnStorage(caller: UserCaller, userId: string): void {
  if (mayActFor(caller, userId)) return;
  throw new SandboxError('not_found', `no user ${userId}`, { details: { field: 'user_id', value: userId } });
}

import type { Scope } from '../../contract/api/doors.ts';
import { SandboxError } from '../../contract/api/errors.ts';

/** Nobody in particular: the routes without authorization. */
export interface Anybody {
  readonly kind: 'anybody';
}

/** A service of the account, known by SigV4. Its IAM policy has already decided which route it may call. */
export interface ServiceCaller {
  readonly kind: 'service';
  /** The ARN it signed as, for people to read. Part of it is of the caller's choosing. */
  readonly principal: string;
  /** What idempotency keys belong to: account and role or user id, neither of the caller's choosing. */
  readonly identity: string;
}

/** A person, known by an access token. */
export interface PersonCaller {
  readonly kind: 'person';
  /** The token's `sub`, which is also its user id. */
  readonly principal: string;
  readonly identity: string;
  readonly admin: boolean;
  readonly scopes: readonly Scope[];
}

/** The agent of a sandbox, known by the session name ECS gave the credentials of its task. */
export interface AgentCaller {
  readonly kind: 'agent';
  readonly taskId: string;
  readonly identity: string;
}

export type UserCaller = ServiceCaller | PersonCaller;
export type Caller = Anybody | UserCaller | AgentCaller;

/** Whether the caller may act for this user. */
export const mayActFor = (caller: UserCaller, userId: string): boolean =>
  caller.kind === 'service' || caller.admin || caller.principal === userId;

/**
 * The user a caller speaks for: the one it names, or the person itself. Throws `forbidden` when it may not name that one;
 * undefined when a service names none.
 */
export function userOf(caller: UserCaller, named: string | undefined): string | undefined {
  if (named === undefined) return caller.kind === 'person' ? caller.principal : undefined;
  if (mayActFor(caller, named)) return named;
  throw new SandboxError('forbidden', `these credentials act for ${caller.principal} only`, {
    details: { field: 'user_id', value: named, rule: `expected ${caller.principal}, or leave it out` },
  });
}

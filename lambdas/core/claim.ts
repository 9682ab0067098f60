import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';
import type { UserCaller } from './caller.ts';
import { requestHash } from './request-hash.ts';

/** An idempotency key as one caller used it, for one request. */
export interface Claim {
  /** Whose key it is, and for what. */
  readonly scope: string;
  readonly key: string;
  /** Of the request; the request itself is never kept. */
  readonly hash: string;
  /** Epoch seconds until which it is kept. */
  readonly until: number;
}

/** The claim that an Idempotency-Key makes for one request; undefined without a key. `what` keeps routes apart. */
export function claimFor(
  caller: UserCaller,
  what: string,
  key: string | undefined,
  request: unknown,
  nowMs: number,
): Claim | undefined {
  if (key === undefined) return undefined;
  const until = Math.floor(nowMs / 1000) + limits.idempotencyHours * 3600;
  return { scope: `${caller.identity}#${what}`, key, hash: requestHash(request), until };
}

/** Throws `idempotency_conflict` when the key was used for another request. */
export function assertSameRequest(claim: Claim, hash: string): void {
  if (claim.hash === hash) return;
  throw new SandboxError('idempotency_conflict', `Idempotency-Key "${claim.key}" was used for a different request`, {
    details: { field: 'idempotency-key', value: claim.key, rule: 'expected the same request each time' },
  });
}

import type { PolicyDocument } from '../policy/policy-document.ts';

/** A role that sessions may be made of. */
export interface AssumableRole {
  readonly name: string;
  /** What any of its sessions may do at most. */
  readonly policy: PolicyDocument;
  /** The names of the roles that may assume it, and tag the session. */
  readonly trusts: readonly string[];
}

/** The name in `arn:aws:iam::…:role/path/name` and in `arn:aws:sts::…:assumed-role/name/session`. */
export function roleNameOf(arn: string): string | undefined {
  return /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? /:assumed-role\/([^/]+)\/[^/]+$/.exec(arn)?.[1];
}

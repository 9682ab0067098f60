import { type Context, conditionsHold } from './conditions.ts';
import { matchesPattern } from './matches-pattern.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';

export interface AccessRequest {
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

/** Whether every one of the policies allows it and none denies it, as for a session that a policy was passed to. */
export function isAllowed(policies: readonly PolicyDocument[], request: AccessRequest): boolean {
  return policies.length > 0 && policies.every((policy) => verdictOf(policy, request) === 'allowed');
}

function verdictOf({ Statement }: PolicyDocument, request: AccessRequest): 'allowed' | 'denied' | 'silent' {
  const about = Statement.filter((statement) => isAbout(statement, request));
  if (about.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return about.length > 0 ? 'allowed' : 'silent';
}

const nothing: Context = new Map();

function isAbout({ Action, Resource, Condition }: Statement, { action, resource, context }: AccessRequest): boolean {
  return (
    Action.some((pattern) => matchesPattern(action.toLowerCase(), pattern.toLowerCase(), nothing)) &&
    Resource.some((pattern) => matchesPattern(resource, pattern, context)) &&
    conditionsHold(Condition, context)
  );
}

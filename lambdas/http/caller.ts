import type { APIGatewayProxyEvent } from 'aws-lambda';
import { adminGroup, type Door, type Scope, scopes } from '../../contract/api/doors.ts';
import { SandboxError } from '../../contract/api/errors.ts';
import { UserId } from '../../contract/api/identifiers.ts';
import type { AgentCaller, Caller, PersonCaller, ServiceCaller } from '../core/caller.ts';

/** The one role whose sessions are agents. */
export interface TaskRole {
  readonly accountId: string;
  readonly roleId: string;
}

const unauthenticated = (what: string): SandboxError =>
  new SandboxError('unauthenticated', `the request has no ${what}`);

function serviceOf({ requestContext: { identity } }: APIGatewayProxyEvent): ServiceCaller {
  const { accountId, caller, userArn } = identity;
  if (!accountId || !caller || !userArn) throw unauthenticated('AWS identity');
  // An assumed role is "<role id>:<session name>", and the caller chose the session's name.
  const [principalId = ''] = caller.split(':');
  return { kind: 'service', principal: userArn, identity: `${accountId}:${principalId}` };
}

const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text);

// API Gateway makes one string of each claim; a list's items end up with commas or blanks between them.
const words = (claim: unknown): readonly string[] =>
  typeof claim === 'string' ? claim.replace(/^\[|\]$/g, '').split(/[\s,]+/) : [];

function personOf({ requestContext: { authorizer } }: APIGatewayProxyEvent): PersonCaller {
  const claims: Readonly<Record<string, unknown>> = authorizer?.['claims'] ?? {};
  const sub = UserId.safeParse(claims['sub']);
  if (!sub.success) throw unauthenticated('access token with a sub');
  if (claims['token_use'] !== 'access') throw unauthenticated('access token: an ID token opens nothing here');
  return {
    kind: 'person',
    principal: sub.data,
    identity: sub.data,
    admin: words(claims['cognito:groups']).includes(adminGroup),
    scopes: words(claims['scope']).filter(isScope),
  };
}

function agentOf({ requestContext: { identity } }: APIGatewayProxyEvent, role: TaskRole | undefined): AgentCaller {
  if (!identity.caller || !identity.accountId) throw unauthenticated('AWS identity');
  const [roleId, taskId = '', ...rest] = identity.caller.split(':');
  const isTask = role !== undefined && identity.accountId === role.accountId && roleId === role.roleId;
  if (!isTask || rest.length > 0 || !/^[0-9a-f]{8,64}$/.test(taskId))
    throw new SandboxError('forbidden', 'only the agent of a sandbox may call this');
  return { kind: 'agent', taskId, identity: `${role.accountId}:${taskId}` };
}

/** Who calls, as the door's authorizer proved it. Throws `unauthenticated` and `forbidden`. */
export function callerOf(event: APIGatewayProxyEvent, door: Door, taskRole: TaskRole | undefined): Caller {
  switch (door) {
    case 'open':
      return { kind: 'anybody' };
    case 'service':
      return serviceOf(event);
    case 'person':
      return personOf(event);
    case 'agent':
      return agentOf(event, taskRole);
  }
}

/** Throws `forbidden` when a person's token doesn't carry the scope of the route. API Gateway has checked it before. */
export function assertScope(caller: Caller, scope: Scope | undefined): void {
  if (caller.kind !== 'person' || scope === undefined || caller.scopes.includes(scope)) return;
  throw new SandboxError('forbidden', `the access token lacks the scope ${scope}`, {
    details: { rule: `expected ${scope}` },
  });
}

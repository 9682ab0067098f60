import type { IncomingMessage } from 'node:http';
import type { Principal, PrincipalKind, Principals } from '../aws/keys.ts';
import { type SignatureFailure, verifySignature } from '../aws/verify-signature.ts';
import { TokenError } from '../tokens/token-error.ts';
import type { TokenIssuer } from '../tokens/token-issuer.ts';
import type { DeployedRoute } from './find-route.ts';
import { GatewayError } from './gateway-error.ts';

/** Who calls, as far as the gateway's authorizers can tell. */
export type Caller =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'person'; readonly claims: Readonly<Record<string, string>> }
  | { readonly kind: 'principal'; readonly principal: Principal };

export interface Authorizers {
  readonly principals: Principals;
  readonly tokens: Pick<TokenIssuer, 'verifyAccessToken'>;
  readonly region: string;
}

// What IAM policies grant when deployed: only the task role may invoke the agent's routes, and it and the functions'
// roles no others.
const admitted: Readonly<Record<'service' | 'agent', PrincipalKind>> = { service: 'service', agent: 'task' };

const refusals: Readonly<Record<SignatureFailure, ConstructorParameters<typeof GatewayError>[0]>> = {
  MissingAuthenticationTokenException: 'MISSING_AUTHENTICATION_TOKEN',
  IncompleteSignatureException: 'INVALID_SIGNATURE',
  InvalidSignatureException: 'INVALID_SIGNATURE',
  UnrecognizedClientException: 'INVALID_SIGNATURE',
  ExpiredTokenException: 'EXPIRED_TOKEN',
};

/** Lets the caller in by the authorizer of the route's door. Throws GatewayError. */
export async function authorize(
  { door, scope }: DeployedRoute,
  request: IncomingMessage,
  body: Uint8Array,
  authorizers: Authorizers,
): Promise<Caller> {
  if (door === 'open') return { kind: 'anybody' };
  if (door === 'person') return authorizePerson(request, scope, authorizers);
  const { principals, region } = authorizers;
  const verified = await verifySignature(request, body, { principals, region, service: 'execute-api' });
  if (!verified.ok) throw new GatewayError(refusals[verified.name], `${verified.name}: ${verified.message}`);
  const { principal } = verified;
  if (principal.kind !== admitted[door]) {
    throw new GatewayError('ACCESS_DENIED', `${principal.arn} is not authorized to perform: execute-api:Invoke`);
  }
  return { kind: 'principal', principal };
}

async function authorizePerson(
  request: IncomingMessage,
  scope: string | undefined,
  { tokens }: Authorizers,
): Promise<Caller> {
  // Cognito's authorizer takes the token with or without the word Bearer.
  const token = request.headers.authorization?.replace(/^Bearer /i, '');
  if (!token) throw new GatewayError('UNAUTHORIZED', 'there is no access token');
  try {
    const { claims } = await tokens.verifyAccessToken(token, { scopes: scope === undefined ? [] : [scope] });
    return { kind: 'person', claims: flatten(claims) };
  } catch (error) {
    if (error instanceof TokenError) throw new GatewayError('UNAUTHORIZED', error.message, error);
    throw new GatewayError('AUTHORIZER_FAILURE', 'the authorizer failed', error);
  }
}

/** Every claim as a string, lists joined by commas, as API Gateway hands them on. */
function flatten(claims: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );
}

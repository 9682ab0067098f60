import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type Clock, systemClock } from '../../contract/clock.ts';
import { algorithm, loadSigningKey, type SigningKey } from './signing-key.ts';
import { TokenError } from './token-error.ts';

export interface TokenIssuerOptions {
  /** The private key's file, made when missing. */
  readonly keyFile: string;
  /** `iss` of every token: the user pool's address. */
  readonly issuer: string;
  readonly clientId: string;
  /** Expiry goes by it. @default the machine's, as whoever holds a token sees it */
  readonly clock?: Clock;
}

export interface AccessTokenRequest {
  /** The person's id. */
  readonly sub: string;
  readonly scopes: readonly string[];
  readonly groups?: readonly string[];
  /** @default 3600, as Cognito */
  readonly ttlSeconds?: number;
}

/** What a verified token says, with all its claims as the gateway passes them on. */
export interface AccessToken {
  readonly sub: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly claims: JWTPayload;
}

/** Stands in for a Cognito user pool: signs access tokens with a key of this install and tells them from all others. */
export class TokenIssuer {
  /** What `/.well-known/jwks.json` answers. */
  readonly jwks: JSONWebKeySet;
  readonly #key: SigningKey;
  readonly #options: TokenIssuerOptions;
  readonly #clock: Clock;
  readonly #keySet: ReturnType<typeof createLocalJWKSet>;

  private constructor(key: SigningKey, options: TokenIssuerOptions) {
    this.#key = key;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.jwks = { keys: [key.publicJwk] };
    this.#keySet = createLocalJWKSet(this.jwks);
  }

  static async open(options: TokenIssuerOptions): Promise<TokenIssuer> {
    return new TokenIssuer(await loadSigningKey(options.keyFile), options);
  }

  issueAccessToken({ sub, scopes, groups = [], ttlSeconds = 3600 }: AccessTokenRequest): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1000);
    const { issuer, clientId } = this.#options;
    return new SignJWT({
      token_use: 'access',
      scope: scopes.join(' '),
      client_id: clientId,
      username: sub,
      auth_time: now,
      ...(groups.length > 0 && { 'cognito:groups': groups }),
    })
      .setProtectedHeader({ alg: algorithm, kid: this.#key.publicJwk.kid })
      .setSubject(sub)
      .setIssuer(issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + ttlSeconds)
      .setJti(randomUUID())
      .sign(this.#key.privateKey);
  }

  /** Throws a TokenError unless it is an access token of this issuer, still valid, with one of `scopes` if any are asked. */
  async verifyAccessToken(token: string, { scopes = [] }: { scopes?: readonly string[] } = {}): Promise<AccessToken> {
    const claims = await this.#verify(token);
    // An ID token has the same issuer, key and subject; it says who somebody is and grants nothing.
    if (claims['token_use'] !== 'access' || claims['client_id'] !== this.#options.clientId) {
      throw new TokenError('not_an_access_token', `token_use is "${claims['token_use']}", expected "access"`);
    }
    const held = typeof claims['scope'] === 'string' ? claims['scope'].split(' ').filter(Boolean) : [];
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope))) {
      throw new TokenError('missing_scope', `scope is "${held.join(' ')}", expected one of ${scopes.join(' ')}`);
    }
    const groups = claims['cognito:groups'];
    return { sub: String(claims.sub), scopes: held, groups: Array.isArray(groups) ? groups.map(String) : [], claims };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keySet, {
        algorithms: [algorithm],
        issuer: this.#options.issuer,
        requiredClaims: ['sub', 'exp', 'jti'],
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenError('expired', 'the token has expired', error);
      if (error instanceof errors.JOSEError)
        throw new TokenError('invalid', `the token is invalid: ${error.message}`, error);
      throw error;
    }
  }
}

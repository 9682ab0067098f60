import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CryptoKey,
  createRemoteJWKSet,
  exportSPKI,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../../../contract/clock.ts';
import { listen } from '../../../../local/aws/listen.ts';
import { serveJwks } from '../../../../local/tokens/serve-jwks.ts';
import type { TokenError } from '../../../../local/tokens/token-error.ts';
import { TokenIssuer } from '../../../../local/tokens/token-issuer.ts';

const issuer = 'http://127.0.0.1/local_pool';
const start = Date.parse('2026-11-22T10:00:00Z');

async function setup() {
  const dir = await mkdtemp(join(tmpdir(), 'matrx-tokens-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const time = { now: start };
  const options = {
    keyFile: join(dir, 'keys', 'tokens.json'),
    issuer,
    clientId: 'local',
    clock: { ...createClock(), now: () => time.now },
  };
  const tokens = await TokenIssuer.open(options);
  /** Signs claims of the test's choice with the issuer's own key. */
  const forge = async (change: object, alg = 'RS256') => {
    const key = await importJWK(JSON.parse(await readFile(options.keyFile, 'utf8')), alg);
    const claims = {
      sub: 'ann',
      iss: issuer,
      exp: start / 1000 + 60,
      jti: '1',
      token_use: 'access',
      client_id: 'local',
    };
    const header = { alg, kid: String(tokens.jwks.keys[0]?.kid) };
    return new SignJWT({ ...claims, ...change }).setProtectedHeader(header).sign(key);
  };
  return { tokens, time, options, forge };
}

const refused = (code: string) => expect.objectContaining({ name: 'TokenError', code });
const failing = (verified: Promise<unknown>) =>
  verified.then(
    () => 'accepted',
    (error: TokenError) => error,
  );

test('an access token says who its holder is, what for, and in which groups', async () => {
  const { tokens } = await setup();
  const token = await tokens.issueAccessToken({ sub: 'ann', scopes: ['a/read', 'a/write'], groups: ['matrx-admin'] });
  expect(await tokens.verifyAccessToken(token, { scopes: ['a/other', 'a/write'] })).toEqual({
    sub: 'ann',
    scopes: ['a/read', 'a/write'],
    groups: ['matrx-admin'],
    claims: {
      sub: 'ann',
      iss: issuer,
      scope: 'a/read a/write',
      token_use: 'access',
      client_id: 'local',
      username: 'ann',
      'cognito:groups': ['matrx-admin'],
      iat: start / 1000,
      auth_time: start / 1000,
      exp: start / 1000 + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
});

test('a token is good until it expires', async () => {
  const { tokens, time } = await setup();
  const token = await tokens.issueAccessToken({ sub: 'ann', scopes: [], ttlSeconds: 60 });
  time.now += 59_000;
  await expect(tokens.verifyAccessToken(token)).resolves.toMatchObject({ sub: 'ann', groups: [] });
  time.now += 1000;
  expect(await failing(tokens.verifyAccessToken(token))).toEqual(refused('expired'));
});

test('a token without any of the scopes is refused', async () => {
  const { tokens, forge } = await setup();
  const token = await tokens.issueAccessToken({ sub: 'ann', scopes: ['a/read'] });
  expect(await failing(tokens.verifyAccessToken(token, { scopes: ['a/write', 'a/rea'] }))).toEqual(
    refused('missing_scope'),
  );
  const odd = await forge({ scope: ['a/write'] });
  expect(await failing(tokens.verifyAccessToken(odd, { scopes: ['a/write'] }))).toEqual(refused('missing_scope'));
});

test('an ID token, or an access token of another client, is refused', async () => {
  const { tokens, forge } = await setup();
  for (const change of [{ token_use: 'id' }, { token_use: undefined }, { client_id: 'other' }]) {
    expect(await failing(tokens.verifyAccessToken(await forge(change)))).toEqual(refused('not_an_access_token'));
  }
});

describe('a token that this issuer didn’t make is refused', () => {
  test('of another issuer, without an expiry, without a subject, or not yet valid', async () => {
    const { tokens, forge } = await setup();
    for (const change of [{ iss: 'elsewhere' }, { exp: undefined }, { sub: undefined }, { nbf: start / 1000 + 60 }]) {
      expect(await failing(tokens.verifyAccessToken(await forge(change)))).toEqual(refused('invalid'));
    }
  });

  test('of another install', async () => {
    const [ours, theirs] = [await setup(), await setup()];
    const token = await theirs.tokens.issueAccessToken({ sub: 'ann', scopes: [] });
    expect(await failing(ours.tokens.verifyAccessToken(token))).toEqual(refused('invalid'));
  });

  test('signed by nobody, by another algorithm, or with the public key as a secret', async () => {
    const { tokens, forge } = await setup();
    const claims = {
      sub: 'ann',
      iss: issuer,
      jti: '1',
      exp: start / 1000 + 60,
      token_use: 'access',
      client_id: 'local',
    };
    const unsigned = new UnsecuredJWT(claims).encode();
    const other = await forge({}, 'RS512');
    const key = await importJWK(tokens.jwks.keys[0] ?? {}, 'RS256', { extractable: true });
    const pem = await exportSPKI(key as CryptoKey);
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(pem));
    for (const token of [unsigned, other, confused]) {
      expect(await failing(tokens.verifyAccessToken(token))).toEqual(refused('invalid'));
    }
  });

  test('changed on its way', async () => {
    const { tokens } = await setup();
    const [header, payload, signature] = (await tokens.issueAccessToken({ sub: 'ann', scopes: [] })).split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url');
    for (const token of [`${header}.${changed}.${signature}`, `${header}.${payload}.`, 'gibberish', '']) {
      expect(await failing(tokens.verifyAccessToken(token))).toEqual(refused('invalid'));
    }
  });
});

test('the key is readable by its owner only, and tokens outlive a restart', async () => {
  const { tokens, options } = await setup();
  expect((await stat(options.keyFile)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(options.keyFile, '..'))).toEqual(['tokens.json']);
  const token = await tokens.issueAccessToken({ sub: 'ann', scopes: [] });
  const restarted = await TokenIssuer.open(options);
  await expect(restarted.verifyAccessToken(token)).resolves.toMatchObject({ sub: 'ann' });
});

test('a key file that is no private key is refused and left as it is', async () => {
  const { options } = await setup();
  const { publicKey } = await generateKeyPair('RS256');
  for (const text of ['{"half', '{}', JSON.stringify(await crypto.subtle.exportKey('jwk', publicKey))]) {
    await writeFile(options.keyFile, text);
    await expect(TokenIssuer.open(options)).rejects.toThrow(/tokens\.json is not a private RS256 key/);
    expect(await readFile(options.keyFile, 'utf8')).toBe(text);
  }
});

test('anybody can verify a token by the published keys, which hold no secret', async () => {
  const { tokens, time } = await setup();
  await using served = await listen(serveJwks(tokens.jwks));
  const address = new URL(`${served.url}/local_pool/.well-known/jwks.json`);
  const token = await tokens.issueAccessToken({ sub: 'ann', scopes: [] });
  const { payload } = await jwtVerify(token, createRemoteJWKSet(address), { currentDate: new Date(time.now) });
  expect(payload.sub).toBe('ann');
  expect(Object.keys(tokens.jwks.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  expect((await fetch(`${served.url}/other`)).status).toBe(404);
});

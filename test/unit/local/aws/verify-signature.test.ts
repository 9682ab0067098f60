import { Buffer } from 'node:buffer';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../../../contract/clock.ts';
import { type Credentials, Principals } from '../../../../local/aws/keys.ts';
import { Sha256 } from '../../../../local/aws/sha256.ts';
import { type SignedRequest, verifySignature } from '../../../../local/aws/verify-signature.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const stoppedClock = { ...createClock(), now: () => now };
const scope = { region: 'us-east-1', service: 'execute-api' };
const body = Buffer.from('{"command":"id"}');

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly at?: number;
  readonly scope?: { region: string; service: string };
}

async function sign(credentials: Credentials, sent: Sent = {}): Promise<SignedRequest & { url: string }> {
  const signer = new SignatureV4({ credentials, ...(sent.scope ?? scope), sha256: Sha256, applyChecksum: true });
  const path = sent.path ?? '/iam/v1/sandboxes/sbx_1/exec';
  const query = sent.query ?? { 'a b': 'c/d', list: ['2', '1'], empty: '' };
  const signed = await signer.sign(
    {
      method: sent.method ?? 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query,
      headers: { host: '127.0.0.1:4566', 'content-type': 'application/json', ...sent.headers },
      body,
    },
    { signingDate: new Date(sent.at ?? now) },
  );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return { method: sent.method ?? 'POST', url: `${path}?${pairs.join('&')}`, headers: signed.headers };
}

const setup = () => {
  const principals = new Principals({ accountId: '123456789012', clock: stoppedClock });
  const user = principals.issueService('caller');
  const task = principals.issueTask('task-role', 'ab12', now + 3_600_000);
  const verify = (request: SignedRequest, bytes: Uint8Array = body) =>
    verifySignature(request, bytes, { ...scope, principals });
  return { principals, user, task, verify };
};

const failure = (name: string) => expect.objectContaining({ ok: false, name });

test('a request signed by the SDK is its signer’s', async () => {
  const { user, verify } = setup();
  expect(await verify(await sign(user.credentials))).toEqual({ ok: true, principal: user.principal });
});

test('a task is known by its role’s id and its task id', async () => {
  const { task, verify } = setup();
  expect(await verify(await sign(task.credentials))).toEqual({
    ok: true,
    principal: {
      kind: 'task',
      accountId: '123456789012',
      arn: 'arn:aws:sts::123456789012:assumed-role/task-role/ab12',
      callerId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ab12$/),
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    },
  });
});

test('a path with escapes, empty segments and dots verifies as it was signed', async () => {
  const { user, verify } = setup();
  for (const path of ['/a%20b/%E2%82%AC', '/a//b/./c/../d/', '/', '/a+b']) {
    expect(await verify(await sign(user.credentials, { path }))).toMatchObject({ ok: true });
  }
});

describe('a request changed after it was signed is refused', () => {
  const changes: Record<string, (request: SignedRequest & { url: string }) => SignedRequest> = {
    'in its method': (request) => ({ ...request, method: 'DELETE' }),
    'in its path': (request) => ({ ...request, url: request.url.replace('sbx_1', 'sbx_2') }),
    'in its query': (request) => ({ ...request, url: `${request.url}&user_id=eve` }),
    'in its query, by a name the signer ignores': (request) => ({ ...request, url: `${request.url}&__proto__=eve` }),
    'in its query, by broken escapes': (request) => ({ ...request, url: `${request.url}&%zz=1` }),
    'in a signed header': (request) => ({ ...request, headers: { ...request.headers, 'content-type': 'text/plain' } }),
    'in its host': (request) => ({ ...request, headers: { ...request.headers, host: 'elsewhere' } }),
    'by leaving a signed header out': ({ headers: { 'content-type': _gone, ...headers }, ...request }) => ({
      ...request,
      headers,
    }),
    'by an unsigned operation': (request) => ({ ...request, headers: { ...request.headers, 'x-amz-target': 'X.Y' } }),
  };
  test.each(Object.entries(changes))('%s', async (_, change) => {
    const { user, verify } = setup();
    expect(await verify(change(await sign(user.credentials)))).toEqual(failure('InvalidSignatureException'));
  });
});

test('a body that isn’t the signed one is refused, also when the hash header lies about it', async () => {
  const { user, verify } = setup();
  const request = await sign(user.credentials);
  expect(await verify(request, Buffer.from('{"command":"rm"}'))).toEqual(failure('InvalidSignatureException'));
  const unhashed = await sign(user.credentials, { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
  expect(await verify(unhashed)).toEqual(failure('InvalidSignatureException'));
});

test('a signature is good for five minutes before and after', async () => {
  const { user, verify } = setup();
  for (const offset of [-299_000, 299_000]) {
    expect(await verify(await sign(user.credentials, { at: now + offset }))).toMatchObject({ ok: true });
  }
  for (const offset of [-301_000, 301_000]) {
    const verified = await verify(await sign(user.credentials, { at: now + offset }));
    expect(verified).toEqual(failure('InvalidSignatureException'));
  }
});

test('a signature for another region or service is refused', async () => {
  const { user, verify } = setup();
  for (const wrong of [
    { ...scope, region: 'eu-west-1' },
    { ...scope, service: 's3' },
  ]) {
    const verified = await verify(await sign(user.credentials, { scope: wrong }));
    expect(verified).toEqual(failure('InvalidSignatureException'));
  }
});

test('a key that isn’t known, was revoked, or has another secret is refused', async () => {
  const { principals, user, verify } = setup();
  const strange = new Principals().issueService('caller');
  expect(await verify(await sign(strange.credentials))).toEqual(failure('UnrecognizedClientException'));
  const guessed = { ...user.credentials, secretAccessKey: 'guess' };
  expect(await verify(await sign(guessed))).toEqual(failure('InvalidSignatureException'));
  principals.revoke(user.credentials.accessKeyId);
  expect(await verify(await sign(user.credentials))).toEqual(failure('UnrecognizedClientException'));
});

test('session credentials need their own token', async () => {
  const { task, user, verify } = setup();
  const { sessionToken: _gone, ...bare } = task.credentials;
  expect(await verify(await sign(bare))).toEqual(failure('UnrecognizedClientException'));
  const other = { ...task.credentials, sessionToken: 'other' };
  expect(await verify(await sign(other))).toEqual(failure('UnrecognizedClientException'));
  const needless = { ...user.credentials, sessionToken: 'any' };
  expect(await verify(await sign(needless))).toEqual(failure('UnrecognizedClientException'));
});

test('expired session credentials are refused as expired, then forgotten', async () => {
  let time = now;
  const principals = new Principals({ clock: { ...stoppedClock, now: () => time } });
  const { credentials } = principals.issueTask('task-role', 'ab12', now + 1000);
  time += 1000;
  const request = await sign(credentials, { at: time });
  expect(await verifySignature(request, body, { ...scope, principals })).toEqual(failure('ExpiredTokenException'));
  time += 2 * 3_600_000;
  principals.issueService('next');
  expect(principals.find(credentials.accessKeyId)).toBeUndefined();
});

test('a request without a signature, or with one that can’t be read, says so', async () => {
  const { user, verify } = setup();
  const request = await sign(user.credentials);
  const authorized = (authorization: string) => ({ ...request, headers: { ...request.headers, authorization } });
  const good = String(request.headers.authorization);
  expect(await verify(authorized(''))).toEqual(failure('MissingAuthenticationTokenException'));
  for (const broken of [
    'Bearer abc',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request',
    'AWS4-HMAC-SHA256 gibberish',
    good.replace('aws4_request', 'aws3_request'),
    good.replace(/Signature=.*/, 'Signature=abc'),
    good.replace('Signature=', 'Signature=0, Signature='),
  ]) {
    expect(await verify(authorized(broken))).toEqual(failure('IncompleteSignatureException'));
  }
  const undated = { ...request, headers: { ...request.headers, 'x-amz-date': 'yesterday' } };
  expect(await verify(undated)).toEqual(failure('IncompleteSignatureException'));
});

test('what AWS wants signed can’t be left out of the signature', async () => {
  const { task, verify } = setup();
  const request = await sign(task.credentials);
  for (const name of ['host', 'x-amz-date', 'x-amz-security-token']) {
    const authorization = String(request.headers.authorization).replace(new RegExp(`(=|;)${name}(;|,)`), '$1$2');
    const verified = await verify({ ...request, headers: { ...request.headers, authorization } });
    expect(verified).toEqual(failure('InvalidSignatureException'));
  }
});

test('a role keeps its id over restarts, its keys don’t', () => {
  const [first, second] = [new Principals(), new Principals()].map((each) => each.issueTask('task-role', 'ab12', now));
  expect(first?.principal.callerId).toBe(second?.principal.callerId);
  expect(first?.credentials.accessKeyId).not.toBe(second?.credentials.accessKeyId);
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { startGateway } from '../../support/stack/start-gateway.ts';

const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string; request_id: string } };
  expect(error.request_id).toBe(response.headers.get('x-request-id'));
  return { status: response.status, code: error.code };
};
const unauthenticated = { status: 401, code: 'unauthenticated' };
const forbidden = { status: 403, code: 'forbidden' };

test('a person reaches a function with the claims of the token as strings', async () => {
  const { asPerson } = await startGateway();
  const response = await asPerson('/v1/sandboxes/sbx_1?label.a=x&limit=2&limit=3', { headers: { 'X-Two': 'One' } });
  expect(response.status).toBe(207);
  expect(response.headers.get('x-request-id')).toBe('req_of_function');
  expect(await response.json()).toMatchObject({
    resource: '/v1/sandboxes/{sandbox_id}',
    path: '/v1/sandboxes/sbx_1',
    httpMethod: 'GET',
    headers: { 'X-Two': 'One', 'X-Forwarded-Proto': 'http' },
    queryStringParameters: { 'label.a': 'x', limit: '3' },
    multiValueQueryStringParameters: { 'label.a': ['x'], limit: ['2', '3'] },
    pathParameters: { sandbox_id: 'sbx_1' },
    requestContext: {
      authorizer: {
        claims: { sub: 'ann', token_use: 'access', 'cognito:groups': 'one,two', exp: expect.stringMatching(/^\d+$/) },
      },
      identity: { sourceIp: '127.0.0.1', userArn: null, caller: null },
      resourcePath: '/v1/sandboxes/{sandbox_id}',
      stage: 'local',
      requestId: response.headers.get('x-amzn-requestid'),
    },
    body: null,
    isBase64Encoded: false,
  });
});

test('a service reaches a function with who signed', async () => {
  const { asService, service } = await startGateway();
  const response = await asService('/iam/v1/sandboxes', { method: 'POST', body: '{"user_id":"ü"}' });
  expect(await response.json()).toMatchObject({
    body: '{"user_id":"ü"}',
    queryStringParameters: null,
    pathParameters: null,
    requestContext: {
      authorizer: null,
      accountId: '000000000000',
      identity: {
        accountId: '000000000000',
        accessKey: service.credentials.accessKeyId,
        caller: service.principal.callerId,
        userArn: service.principal.arn,
      },
    },
  });
});

test('a task reaches the routes of agents by its own credentials', async () => {
  const { fetchAs, principals } = await startGateway();
  const task = principals.issueTask('task-role', 'abc123', Date.now() + 60_000);
  const response = await fetchAs(task.credentials)('/agent/v1/hello', { method: 'POST', body: '{}' });
  expect(await response.json()).toMatchObject({
    requestContext: { identity: { caller: expect.stringMatching(/^AROA\w{17}:abc123$/), userArn: task.principal.arn } },
  });
});

test('anybody reaches the open routes', async () => {
  const { asNobody } = await startGateway();
  expect((await asNobody('/health')).status).toBe(207);
});

test('bytes of a binary type reach the function as base64', async () => {
  const { asService } = await startGateway();
  const response = await asService('/iam/v1/sandboxes', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Uint8Array.of(0, 255, 128),
  });
  expect(await response.json()).toMatchObject({ body: 'AP+A', isBase64Encoded: true });
});

test('each door refuses the credentials of the others', async () => {
  const { fetchAs, principals, asService, asPerson, asNobody } = await startGateway();
  const task = fetchAs(principals.issueTask('task-role', 'abc123', Date.now() + 60_000).credentials);
  const aFunction = fetchAs(principals.issueFunction('function-role', 'commands').credentials);
  const hello = { method: 'POST', body: '{}' };
  expect(await errorOf(await task('/iam/v1/sandboxes'))).toEqual(forbidden);
  expect(await errorOf(await aFunction('/iam/v1/sandboxes'))).toEqual(forbidden);
  expect(await errorOf(await aFunction('/agent/v1/hello', hello))).toEqual(forbidden);
  expect(await errorOf(await asService('/agent/v1/hello', hello))).toEqual(forbidden);
  expect(await errorOf(await asService('/v1/sandboxes'))).toEqual(unauthenticated);
  expect(await errorOf(await asPerson('/iam/v1/sandboxes'))).toEqual(unauthenticated);
  for (const path of ['/v1/me', '/iam/v1/me']) expect(await errorOf(await asNobody(path))).toEqual(unauthenticated);
});

test('wrong, tampered and expired credentials are refused', async () => {
  const { fetchAs, principals, service, tokens, asService } = await startGateway();
  const wrongSecret = fetchAs({ ...service.credentials, secretAccessKey: 'x' });
  const unknownKey = fetchAs({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' });
  const expired = fetchAs(principals.issueSession('service', 'role', 'x', Date.now() - 1_000).credentials);
  for (const call of [wrongSecret, unknownKey, expired]) {
    expect(await errorOf(await call('/iam/v1/me'))).toEqual(unauthenticated);
  }
  for (const over of [{ region: 'eu-west-1' }, { service: 'ecs' }, { signingDate: new Date(Date.now() - 600_000) }]) {
    expect(await errorOf(await asService('/iam/v1/me', over))).toEqual(unauthenticated);
  }
  const readOnly = await tokens.issueAccessToken({ sub: 'ann', scopes: ['matrx/sandbox.read'] });
  const old = await tokens.issueAccessToken({ sub: 'ann', scopes: ['matrx/sandbox.read'], ttlSeconds: -10 });
  expect((await fetchAs({ token: readOnly })('/v1/sandboxes')).status).toBe(207);
  expect(await errorOf(await fetchAs({ token: old })('/v1/sandboxes'))).toEqual(unauthenticated);
  expect(await errorOf(await fetchAs({ token: `${readOnly}x` })('/v1/sandboxes'))).toEqual(unauthenticated);
  const write = await fetchAs({ token: readOnly })('/v1/sandboxes', { method: 'POST', body: '{}' });
  expect(await errorOf(write)).toEqual(unauthenticated);
});

test('there is nothing behind unknown paths and methods, whoever asks', async () => {
  const { asPerson } = await startGateway();
  expect(await errorOf(await asPerson('/v1/nothing'))).toEqual(unauthenticated);
  expect(await errorOf(await asPerson('/v1/sandboxes', { method: 'PUT', body: '{}' }))).toEqual(unauthenticated);
});

test('requests beyond the limits are refused as too large', async () => {
  const { asPerson, gateway } = await startGateway();
  const tooLarge = { status: 413, code: 'too_large' };
  const post = (body: string, headers = {}) => asPerson('/v1/sandboxes', { method: 'POST', body, headers });
  expect(
    await errorOf(await post('x'.repeat(11 * 1024 * 1024)).catch(() => post('x'.repeat(8 * 1024 * 1024)))),
  ).toEqual(tooLarge);
  // Within API Gateway's limit, beyond that of a Lambda event.
  expect(await errorOf(await post('x'.repeat(7 * 1024 * 1024)))).toEqual(tooLarge);
  expect(await errorOf(await post('{}', { 'x-long': 'x'.repeat(11_000) }))).toEqual(tooLarge);

  const socket = connect(gateway.port, '127.0.0.1');
  socket.write(`GET /health HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(30_000)}\r\n\r\n`);
  const [chunk] = await once(socket, 'data');
  expect(String(chunk)).toMatch(/^HTTP\/1.1 413 .*"code":"too_large"/s);
  socket.destroy();
});

test('a function that fails before its answer is an internal error that tells nothing', async () => {
  const { asNobody, refusals } = await startGateway();
  for (const behaviour of ['throw', 'plain']) {
    const response = await asNobody('/health', { headers: { 'x-do': behaviour } });
    const text = await response.clone().text();
    expect(text).not.toContain('secret');
    expect(await errorOf(response)).toEqual({ status: 500, code: 'internal' });
  }
  expect(refusals.join('\n')).toContain('a secret of the function');
});

test('a streamed answer without a byte is an internal error', async () => {
  const { asNobody } = await startGateway();
  const response = await asNobody('/health', { headers: { 'x-do': 'silent' } });
  expect(await errorOf(response)).toEqual({ status: 500, code: 'internal' });
});

test('a function that breaks off breaks the connection, so that a part is never taken for the whole', async () => {
  const { asNobody } = await startGateway();
  const response = await asNobody('/health', { headers: { 'x-do': 'breakOff' } });
  expect(response.status).toBe(207);
  await expect(response.text()).rejects.toThrow();
});

test('a silent stream is broken off after five minutes', async () => {
  const { asNobody, refusals } = await startGateway({ clock: createClock(1_000, Date.now()), timeoutSeconds: 900 });
  const response = await asNobody('/health', { headers: { 'x-do': 'hang' } });
  await expect(response.text()).rejects.toThrow();
  expect(refusals.join('\n')).toContain('INTEGRATION_TIMEOUT');
});

test('a stream arrives piece by piece, and goes on inside when its reader has gone', async () => {
  const { asNobody, logs } = await startGateway();
  const abort = new AbortController();
  const response = await asNobody('/health', { headers: { 'x-do': 'drip' }, signal: abort.signal });
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^0\n/);
  abort.abort();
  await vi.waitFor(() => expect(logs.join('\n')).toContain('dripped to the end'), { timeout: 20_000 });
});

test('callers beyond what the functions take are asked to come again', async () => {
  const { asNobody } = await startGateway({ limits: { environments: 1, queued: 0 } });
  const answers = await Promise.all([asNobody('/health'), asNobody('/health')]);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['2']);
});

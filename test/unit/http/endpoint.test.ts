import { expect, test } from 'vitest';
import { errors } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import { fakeFunctions } from '../../support/fakes/fake-functions.ts';
import { agentIdentity, claimsOf, gatewayEvent } from '../../support/stack/gateway-events.ts';
import { answerOf } from '../../support/stack/lambda-runtime.ts';

const id = `sbx_${'0'.repeat(26)}`;

test('a request through the exported handler gives a checked JSON answer with its headers', async () => {
  const { functions, log } = fakeFunctions();
  const created = await answerOf(
    functions.lifecycle,
    gatewayEvent('createSandbox', { door: 'person', body: { labels: { team: 'x' } } }),
  );
  expect(created.status).toBe(201);
  expect(created.headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': 'req_0f8fad5b-d9cb-469f-a165-70867728950e',
  });
  const { sandbox_id } = created.json();
  const read = await answerOf(
    functions.query,
    gatewayEvent('getSandbox', { params: { sandbox_id: String(sandbox_id) } }),
  );
  expect(read.json()).toMatchObject({ sandbox_id, user_id: 'ada', status: 'starting', labels: { team: 'x' } });
  expect(log.lines).toHaveLength(2);
});

test('H4: every request leaves one line that says who, what, which sandbox, from where and how it went', async () => {
  const { functions, log } = fakeFunctions();
  const body = { env: { TOKEN: 'very-secret' } };
  await answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person', body }));
  await answerOf(functions.query, gatewayEvent('getSandbox', { params: { sandbox_id: id } }));
  expect(log.lines.map(({ level, fields }) => ({ level, ...fields }))).toMatchObject([
    {
      level: 'info',
      event: 'sandbox.create',
      outcome: 'ok',
      callerKind: 'person',
      principal: 'ada',
      sourceIp: '203.0.113.7',
      sandboxId: expect.stringMatching(/^sbx_/),
      status: 201,
    },
    { event: 'sandbox.get', outcome: 'refused', callerKind: 'service', sandboxId: id, status: 404, code: 'not_found' },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain('very-secret');
});

test('H2: an unknown field is refused with its name and the nearest right one', async () => {
  const { functions } = fakeFunctions();
  const refuse = async (request: object) =>
    (await answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person', ...request }))).error;
  expect(await refuse({ body: { lables: {} } })).toMatchObject({
    code: 'invalid_request',
    message: 'unknown field lables: did you mean labels?',
    details: { field: 'lables', nearest: 'labels' },
  });
  expect(await refuse({ body: { on_ready: { command: 'x', timeout: 3 } } })).toMatchObject({
    details: { field: 'on_ready.timeout', nearest: 'timeout_seconds' },
  });
  expect(await refuse({ body: { storage: { hott: true } } })).toMatchObject({
    details: { field: 'storage.hott', rule: 'expected only hot, cold', nearest: 'hot' },
  });
  expect(await refuse({ query: { wiat: 'true' } })).toMatchObject({
    details: { field: 'query.wiat', nearest: 'wait' },
  });
});

test.each([
  ['ttl', 'ttl_seconds'],
  ['ttlSeconds', 'ttl_seconds'],
  ['memory', 'memory_mb'],
  ['tmplte', 'template'],
])('H2: whoever says %s is told of %s', async (name, nearest) => {
  const { functions } = fakeFunctions();
  const request = gatewayEvent('createSandbox', { door: 'person', body: { [name]: 1 } });
  const { error } = await answerOf(functions.lifecycle, request);
  expect(error['details']).toMatchObject({ field: name, nearest });
});

test.each([
  [{ command: 'x', stdin: { data: 'x', encoding: 'utf16' } }, 'stdin.encoding', 'expected one of "utf8"|"base64"'],
  [{ command: 'x', stdin: { data: 'x', eof: true } }, 'stdin.eof', 'expected only data, encoding'],
  [{ command: 'x', stdin: 'y' }, 'stdin', 'expected "pipe", or expected object'],
  [{ command: 'x', stdin: {} }, 'stdin.data', 'expected string'],
  [{ command: 'x', tty: { rows: 24 } }, 'tty.cols', 'expected number'],
])('M8: %j is refused for the field that is wrong in it, however deep', async (body, field, rule) => {
  const { functions } = fakeFunctions();
  const answer = await answerOf(functions.commands, gatewayEvent('execCommand', { params: { sandbox_id: id }, body }));
  expect(answer.error).toMatchObject({ code: 'invalid_request', details: { field, rule } });
});

test('M8: what is left out is said to be missing', async () => {
  const { functions } = fakeFunctions();
  const request = gatewayEvent('execCommand', {
    params: { sandbox_id: id },
    body: { command: 'x', tty: { rows: 24 } },
  });
  const { error } = await answerOf(functions.commands, request);
  expect(error).toMatchObject({ message: 'tty.cols is missing: expected number' });
});

test('M8: half a character is refused, which would be another one when it arrives', async () => {
  const { functions, ports } = fakeFunctions();
  const send = async (text: string) =>
    answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person', text }));
  for (const text of ['{"labels":{"team":"\\ud800"}}', '{"env":{"team":"a\\udc00b"}}']) {
    const details = { field: 'team', rule: 'expected no half of a character' };
    expect((await send(text)).error).toMatchObject({ code: 'invalid_request', details });
  }
  expect(ports.records.byId.size).toBe(0);
  expect((await send('{"labels":{"team":"\\ud83d\\ude00"}}')).status).toBe(201);
});

test.each(['', '0x10', '1e1', ' 5', '5.0', '+5'])(
  'M8: the number %j in a query is refused, not read as another',
  async (limit) => {
    const { functions } = fakeFunctions();
    const request = gatewayEvent('listSandboxes', { query: { user_id: 'ada', limit } });
    expect((await answerOf(functions.query, request)).error).toMatchObject({
      code: 'invalid_request',
      details: { field: 'query.limit', value: limit },
    });
  },
);

test('M8: a day that is none is refused with what a day is', async () => {
  const { functions } = fakeFunctions();
  const request = gatewayEvent('getUsage', { query: { user_id: 'ada', from: '2026-13-01' } });
  expect((await answerOf(functions.query, request)).error).toMatchObject({
    details: { field: 'query.from', value: '2026-13-01', rule: 'expected a day, as 2026-11-23' },
  });
});

test('M8: a label in a query is refused where no sandbox can have it', async () => {
  const { functions } = fakeFunctions();
  for (const name of ['label.', 'label.a b']) {
    const request = gatewayEvent('listSandboxes', { query: { user_id: 'ada', [name]: 'x' } });
    expect((await answerOf(functions.query, request)).error).toMatchObject({ details: { field: `query.${name}` } });
  }
});

test.each([
  [{ body: { ttl_seconds: 5 } }, 'ttl_seconds', '5', 'expected number to be >=60'],
  [{ body: { idle_timeout_seconds: 7 } }, 'idle_timeout_seconds', '7', 'expected number to be >=60'],
  [{ body: { template: 'No!' } }, 'template', 'No!', 'expected 1-63 lower-case letters, digits and "-"'],
  [{ body: { user_id: '../x' } }, 'user_id', '../x', expect.stringContaining('expected 1-128')],
  [{ body: { size: 'huge' } }, 'size', 'huge', 'expected one of "xs"|"s"|"m"|"l"|"xl"'],
  [{ body: [] }, 'body', undefined, 'expected object'],
  [{ text: '{' }, 'body', undefined, 'expected JSON'],
  [{ text: Buffer.from([0xff]).toString('base64'), isBase64Encoded: true }, 'body', undefined, 'expected UTF-8'],
  [{ text: '{"__proto__":{"admin":true}}' }, '__proto__', undefined, undefined],
  [{ text: '{"labels":{"\\u005f_\\u0070roto__":"x"}}' }, '__proto__', undefined, undefined],
  [{ query: { wait: ['true', 'false'] } }, 'query.wait', undefined, 'expected it once'],
  [{ query: { wait: 'yes' } }, 'query.wait', 'yes', 'expected one of "true"|"false"'],
  [{ headers: { 'Idempotency-Key': 'x'.repeat(65) } }, 'idempotency-key', 'x'.repeat(65), expect.any(String)],
])(
  'M8: fails when %j is sent, and says which field, which value and which rule',
  async (request, field, value, rule) => {
    const { functions, ports } = fakeFunctions();
    const answer = await answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person', ...request }));
    expect(answer.status).toBe(400);
    const details = answer.error['details'] as Record<string, unknown>;
    expect([details['field'], details['value'], details['rule']]).toEqual([field, value, rule]);
    expect(ports.records.byId.size).toBe(0);
  },
);

test('what callers put into env, stdin, files and commands is never said back, nor what they put under a name that nobody knows', async () => {
  const { functions, log } = fakeFunctions();
  const secret = 'hunter2\0';
  const create = gatewayEvent('createSandbox', {
    door: 'person',
    body: { env: { PASSWORD: secret, 'bad-name': 'hunter2' } },
  });
  const exec = (body: object) => gatewayEvent('execCommand', { params: { sandbox_id: id }, body });
  const answers = [
    await answerOf(functions.lifecycle, create),
    await answerOf(functions.commands, exec({ command: secret })),
    await answerOf(functions.commands, exec({ argv: ['x', secret] })),
    await answerOf(functions.commands, exec({ comand: 'hunter2' })),
    await answerOf(functions.commands, exec({ command: 'x', stdin: { data: 7, encoding: 'hunter2' } })),
    await answerOf(
      functions.commands,
      gatewayEvent('writeStdin', {
        params: { sandbox_id: id, command_id: `cmd_${'0'.repeat(26)}` },
        body: { data: 'hunter2' },
      }),
    ),
    await answerOf(
      functions.commands,
      gatewayEvent('writeFiles', {
        params: { sandbox_id: id },
        body: { files: [{ path: 'a', data: 'x', encoding: 'base64', content: 'hunter2' }] },
      }),
    ),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400]);
  expect(answers.map(({ text }) => text).join() + JSON.stringify(log.lines)).not.toContain('hunter2');
});

test('labels in a query are folded into one field', async () => {
  const { functions, create } = fakeFunctions();
  await create({ labels: { team: 'x', 'a.b': 'y' } });
  await create({ labels: { team: 'z' } });
  const list = await answerOf(
    functions.query,
    gatewayEvent('listSandboxes', { query: { user_id: 'ada', 'label.team': 'x', 'label.a.b': 'y' } }),
  );
  expect(list.json()).toMatchObject({ sandboxes: [{ labels: { team: 'x' } }], next_cursor: null });
});

test('a body of 4 MB is taken, a larger one is not, in text and in base64', async () => {
  const { functions } = fakeFunctions();
  const blank = (bytes: number) => `{}${' '.repeat(bytes - 2)}`;
  const send = async (text: string, isBase64Encoded = false) =>
    (await answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person', text, isBase64Encoded })))
      .status;
  expect(await send(blank(limits.requestBytes))).toBe(201);
  expect(await send(blank(limits.requestBytes + 1))).toBe(errors.too_large.status);
  expect(await send(Buffer.from(blank(limits.requestBytes + 1)).toString('base64'), true)).toBe(413);
  expect(await send(Buffer.from('{}').toString('base64'), true)).toBe(201);
});

test('a route without a body takes none', async () => {
  const { functions } = fakeFunctions();
  const event = gatewayEvent('getSandbox', { params: { sandbox_id: id }, body: { x: 1 } });
  expect((await answerOf(functions.query, event)).error).toMatchObject({ details: { field: 'body' } });
});

test('each door knows one kind of caller', async () => {
  const { functions } = fakeFunctions();
  const me = async (request: object) => await answerOf(functions.query, gatewayEvent('getMe', request));
  expect((await me({ door: 'service' })).json()).toMatchObject({
    kind: 'service',
    user_id: null,
    scopes: [],
    use: null,
  });
  expect((await me({ door: 'person' })).json()).toMatchObject({
    kind: 'person',
    user_id: 'ada',
    use: { live_sandboxes: 0 },
  });
  const admin = { ...claimsOf('root'), 'cognito:groups': 'other,matrx-admin' };
  expect((await me({ door: 'person', claims: admin })).json()).toMatchObject({ admin: true, user_id: null });
  expect((await me({ door: 'service', identity: { caller: null } })).error).toMatchObject({ code: 'unauthenticated' });
  expect((await me({ door: 'person', claims: undefined })).error).toMatchObject({ code: 'unauthenticated' });
  const idToken = { ...claimsOf('ada'), token_use: 'id' };
  expect((await me({ door: 'person', claims: idToken })).error).toMatchObject({ code: 'unauthenticated' });
  const strange = { ...claimsOf('../ada') };
  expect((await me({ door: 'person', claims: strange })).error).toMatchObject({ code: 'unauthenticated' });
  const weak = { ...claimsOf('ada'), scope: 'matrx/sandbox.exec openid' };
  expect((await me({ door: 'person', claims: weak })).error).toMatchObject({
    code: 'forbidden',
    details: { rule: 'expected matrx/sandbox.read' },
  });
});

test('the door of the agents admits tasks of the one role only', async () => {
  const { functions, create, taskIdOf } = fakeFunctions();
  const { sandbox_id } = await create();
  const task = taskIdOf(sandbox_id);
  const hello = async (identity: object) =>
    await answerOf(
      functions.agent,
      gatewayEvent('hello', { identity, body: { agent_version: '1', session_limit: null } }),
    );
  expect((await hello(agentIdentity(task))).json()).toMatchObject({ sandbox_id, generation: 1 });
  for (const caller of [`AROAOTHER:${task}`, `AROATASK:${task}:x`, 'AROATASK:someone', 'AROATASK', 'AIDATASK'])
    expect((await hello({ ...agentIdentity(task), caller })).status).toBe(403);
  expect((await hello({ ...agentIdentity(task), accountId: '111111111111' })).status).toBe(403);
  expect((await hello({})).status).toBe(401);
});

test('an unknown route and an unknown method have their own errors', async () => {
  const { functions } = fakeFunctions();
  const event = gatewayEvent('getSandbox', { params: { sandbox_id: id } });
  expect((await answerOf(functions.query, { ...event, resource: '/nope' })).error).toMatchObject({ code: 'not_found' });
  const put = await answerOf(functions.query, { ...event, httpMethod: 'PUT' });
  expect([put.status, put.error['code']]).toEqual([405, 'method_not_allowed']);
});

test('M1: a failure nobody has named is internal outside, and whole with its causes in the log, once', async () => {
  const { functions, ports, log } = fakeFunctions();
  const cause = new Error('the disk is full of secrets');
  ports.records.get = async () => {
    throw new Error('reading failed', { cause });
  };
  const answer = await answerOf(functions.query, gatewayEvent('getSandbox', { params: { sandbox_id: id } }));
  expect(answer.status).toBe(500);
  expect(answer.error).toEqual({
    code: 'internal',
    message: 'internal error',
    hint: errors.internal.hint,
    retry: false,
    request_id: 'req_0f8fad5b-d9cb-469f-a165-70867728950e',
    details: {},
  });
  expect(log.lines).toMatchObject([{ level: 'error', fields: { outcome: 'failed', error: { cause } } }]);
});

test('an answer that breaks its own schema is internal', async () => {
  const { functions, ports, ready } = fakeFunctions();
  const sandboxId = await ready();
  const record = ports.records.byId.get(sandboxId);
  if (record) record.user_id = '../x';
  const event = gatewayEvent('getSandbox', { params: { sandbox_id: sandboxId } });
  expect((await answerOf(functions.query, event)).error).toMatchObject({ code: 'internal' });
});

test('a caller that may try again learns when', async () => {
  const { functions, create } = fakeFunctions();
  for (let n = 0; n < 3; n++) await create();
  const answer = await answerOf(functions.lifecycle, gatewayEvent('createSandbox', { door: 'person' }));
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '30']);
});

test("somebody else's sandbox can not be told from none", async () => {
  const { functions, create } = fakeFunctions();
  const { sandbox_id } = await create({ user_id: 'bob' });
  const read = async (sandboxId: string) => {
    const event = gatewayEvent('getSandbox', { door: 'person', params: { sandbox_id: sandboxId } });
    const answer = await answerOf(functions.query, event);
    return [answer.status, answer.text.replaceAll(sandboxId, 'X')];
  };
  expect(await read(sandbox_id)).toEqual(await read(id));
});

test('L10: the health report names each part, its state and since when; the open one says the state only', async () => {
  const { functions, ports, clock } = fakeFunctions();
  const report = async () => await answerOf(functions.lifecycle, gatewayEvent('getHealthReport'));
  const healthy = await report();
  expect([healthy.status, healthy.json()['status']]).toEqual([200, 'ok']);
  clock.pass(60_000);
  ports.tasks.isUp = false;
  const sick = await report();
  clock.pass(60_000);
  const later = await report();
  expect(sick.status).toBe(503);
  expect(sick.json()).toMatchObject({
    parts: [
      { name: 'records', state: 'ok', since: '2027-01-15T08:00:00.000Z' },
      { name: 'tasks', state: 'down', detail: 'tasks: AWS does not answer', since: '2027-01-15T08:01:00.000Z' },
      { name: 'storage', state: 'ok', since: '2027-01-15T08:00:00.000Z' },
    ],
  });
  expect(later.json()['parts']).toEqual(sick.json()['parts']);
  const open = await answerOf(functions.lifecycle, gatewayEvent('getHealth'));
  expect([open.status, open.json()]).toEqual([503, { status: 'down' }]);
});

test('limits, templates and the contract itself can be read', async () => {
  const { functions } = fakeFunctions();
  expect((await answerOf(functions.query, gatewayEvent('getLimits'))).json()).toMatchObject({
    deployment: { live_sandboxes_per_user: 3 },
  });
  expect((await answerOf(functions.query, gatewayEvent('listTemplates'))).json()).toEqual({
    templates: [{ name: 'base', description: 'plain', image_digest: null }],
  });
  expect((await answerOf(functions.query, gatewayEvent('getOpenapi'))).json()).toMatchObject({ openapi: '3.1.0' });
});

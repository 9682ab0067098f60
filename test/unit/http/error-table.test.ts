import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { type ErrorCode, errorCodes, errors, SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import { fakeFunctions } from '../../support/fakes/fake-functions.ts';
import { unavailable } from '../../support/fakes/fakes.ts';
import { claimsOf, gatewayEvent } from '../../support/stack/gateway-events.ts';
import { answerOf } from '../../support/stack/lambda-runtime.ts';

type Service = ReturnType<typeof fakeFunctions>;
type Provocation = (service: Service) => Promise<[keyof Service['functions'], APIGatewayProxyEvent]>;

const nowhere = { sandbox_id: `sbx_${'0'.repeat(26)}` };
const exec = (sandbox_id: string) => gatewayEvent('execCommand', { params: { sandbox_id }, body: { command: 'true' } });
const create = (request: object = {}) => gatewayEvent('createSandbox', { door: 'person', ...request });

/** The codes that the service answers with; the others are of a client's own side. */
type Answered = { [C in ErrorCode]: (typeof errors)[C]['status'] extends 0 ? never : C }[ErrorCode];

// What the agent says of files reaches a caller as it says it.
const agentSays =
  (code: ErrorCode): Provocation =>
  async ({ ready, ports }) => {
    ports.channel.refuse = new SandboxError(code, 'the agent says so');
    return ['commands', exec(await ready())];
  };

// How each row of the table comes about. A row without a way to it doesn't compile.
const provocations: Record<Answered, Provocation> = {
  invalid_request: async () => ['lifecycle', create({ body: { size: 'huge' } })],
  unauthenticated: async () => ['query', gatewayEvent('getMe', { door: 'person', claims: undefined })],
  forbidden: async () => [
    'query',
    gatewayEvent('getMe', { door: 'person', claims: { ...claimsOf('ada'), scope: '' } }),
  ],
  not_found: async () => ['query', gatewayEvent('getSandbox', { params: nowhere })],
  file_not_found: agentSays('file_not_found'),
  file_exists: agentSays('file_exists'),
  wrong_file_type: agentSays('wrong_file_type'),
  permission_denied: agentSays('permission_denied'),
  no_space: agentSays('no_space'),
  method_not_allowed: async () => ['query', { ...gatewayEvent('getSandbox', { params: nowhere }), httpMethod: 'PUT' }],
  sandbox_not_ready: async (service) => ['commands', exec((await service.create()).sandbox_id)],
  session_busy: async ({ ready, ports }) => {
    ports.channel.refuse = new SandboxError('session_busy', 'a command runs in the session');
    return ['commands', exec(await ready())];
  },
  idempotency_conflict: async ({ functions }) => {
    const headers = { 'idempotency-key': 'k' };
    await answerOf(functions.lifecycle, create({ headers }));
    return ['lifecycle', create({ headers, body: { size: 'm' } })];
  },
  conflict: async ({ ready, ports }) => {
    const sandbox_id = await ready();
    ports.records.replace = async () => false;
    return ['lifecycle', gatewayEvent('patchSandbox', { params: { sandbox_id }, body: { labels: {} } })];
  },
  sandbox_ended: async ({ ready, taskEvent }) => {
    const sandbox_id = await ready();
    await taskEvent(sandbox_id);
    return ['commands', exec(sandbox_id)];
  },
  access_ended: async ({ ready, functions }) => {
    const sandbox_id = await ready();
    const created = await answerOf(functions.commands, gatewayEvent('createAccess', { params: { sandbox_id } }));
    const { grant_id: grant } = JSON.parse(created.text);
    await answerOf(functions.commands, gatewayEvent('endAccess', { params: { sandbox_id, grant } }));
    return ['commands', gatewayEvent('resumeAccess', { params: { sandbox_id, grant } })];
  },
  too_large: async () => ['lifecycle', create({ text: ' '.repeat(limits.requestBytes + 1) })],
  range_not_satisfiable: async ({ ready, ports }) => {
    ports.channel.file = { headers: { 'matrx-file-size': '5', 'matrx-file-offset': '5' }, bytes: new Uint8Array() };
    const params = { sandbox_id: await ready() };
    return ['commands', gatewayEvent('readFile', { params, query: { path: 'short' }, headers: { range: 'bytes=9-' } })];
  },
  upload_incomplete: async ({ ready, functions }) => {
    const sandbox_id = await ready();
    const started = await answerOf(
      functions.commands,
      gatewayEvent('startUpload', { params: { sandbox_id }, body: { path: 'x' } }),
    );
    const upload = String(started.json()['upload_id']);
    return ['commands', gatewayEvent('completeUpload', { params: { sandbox_id, upload }, body: { size: 5 } })];
  },
  quota_exceeded: async (service) => {
    for (let n = 0; n < 3; n++) await service.create();
    return ['lifecycle', create()];
  },
  rate_limited: async ({ ready, ports }) => {
    ports.channel.refuse = new SandboxError('rate_limited', 'too many commands');
    return ['commands', exec(await ready())];
  },
  internal: async ({ ports }) => {
    ports.records.get = () => Promise.reject(new Error('unknown'));
    return ['query', gatewayEvent('getSandbox', { params: nowhere })];
  },
  channel_lost: async ({ ready, ports }) => {
    ports.channel.refuse = new SandboxError('channel_lost', 'the channel broke', { details: { command_id: 'cmd_x' } });
    return ['commands', exec(await ready())];
  },
  closed: async ({ ports }) => {
    await ports.operators.change({ accepting: false }, new Date().toISOString(), 'an operator');
    return ['lifecycle', create()];
  },
  capacity_unavailable: async ({ ports }) => {
    ports.tasks.script.push({ kind: 'refused', reason: 'capacity', detail: 'no room', nextAttempt: undefined });
    return ['lifecycle', create()];
  },
  storage_unavailable: async ({ ports }) => {
    ports.homes.isUp = false;
    const from = { sandbox_id: nowhere.sandbox_id };
    return ['lifecycle', create({ body: { from } })];
  },
  unavailable: async ({ ports }) => {
    ports.records.list = () => Promise.reject(unavailable());
    return ['query', gatewayEvent('listSandboxes', { door: 'person' })];
  },
};

test.each(errorCodes as readonly ErrorCode[] as readonly Answered[])(
  'L6: %s is answered as the table says',
  async (code) => {
    const service = fakeFunctions();
    const [name, event] = await provocations[code](service);
    const answer = await answerOf(service.functions[name], event);
    const { status, retry, hint } = errors[code];
    expect(answer.status).toBe(status);
    expect(answer.error).toMatchObject({ code, retry, hint, request_id: expect.stringMatching(/^req_/) });
    expect('retry-after' in answer.headers).toBe(status === 429 || status === 503 || code === 'sandbox_not_ready');
    expect(service.log.lines.at(-1)).toMatchObject({
      level: status >= 500 ? 'error' : 'info',
      fields: { code, status },
    });
  },
);

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ControlPlane } from '../../../containers/agent/reports/control-plane.ts';
import { Link } from '../../../containers/agent/reports/link.ts';
import { OutcomeQueue } from '../../../containers/agent/reports/outcome-queue.ts';
import { RefusedError } from '../../../containers/agent/reports/refused-error.ts';
import { TaskCredentials } from '../../../containers/agent/reports/task-credentials.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import { errors } from '../../../contract/api/errors.ts';
import { systemClock } from '../../../contract/clock.ts';
import { verifySignature } from '../../../local/aws/verify-signature.ts';
import { credentialsPath, type Fault, refusal, startControlPlane } from '../../support/fakes/fake-control-plane.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const silent = { info: () => {}, error: () => {} };
const hello = { agent_version: '0.0.0', session_limit: null };

async function connected(fault?: Fault, timeoutMs = 5_000) {
  const plane = await startControlPlane();
  plane.fault = fault;
  const link = new Link(plane.linkSocket, systemClock);
  const credentials = new TaskCredentials(link, credentialsPath, systemClock);
  const options = {
    link,
    credentials,
    region: 'us-east-1',
    apiUrl: new URL('http://api.test/'),
    clock: systemClock,
    timeoutMs,
  };
  const controlPlane = new ControlPlane(options);
  return {
    plane,
    controlPlane,
    credentials,
    async [Symbol.asyncDispose]() {
      link[Symbol.dispose]();
      await plane[Symbol.asyncDispose]();
    },
  };
}

/** A fault of the control plane alone: credentials are still given. */
const beyondCredentials =
  (fault: Fault): Fault =>
  (request, response) => {
    if (request.headers.host !== '169.254.170.2') return fault(request, response);
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.end(JSON.stringify({ AccessKeyId: 'A', SecretAccessKey: 'S', Token: 'T', Expiration }));
  };

test('credentials are fetched once and the gateway is called by its own name', async () => {
  await using here = await connected();
  expect(await here.controlPlane.hello(hello)).toEqual(here.plane.assignment);
  await here.controlPlane.hello(hello);
  expect(here.plane.requests).toEqual([
    `169.254.170.2 ${credentialsPath}`,
    'api.test /agent/v1/hello',
    'api.test /agent/v1/hello',
  ]);
});

test.for([
  ['a refusal by code', refusal(410, 'sandbox_ended'), { code: 'sandbox_ended' }],
  [
    'an answer without a code',
    ((_q, response) => void response.writeHead(502).end('bad')) as Fault,
    { code: 'garbage' },
  ],
  [
    'an answer of another kind',
    ((_q, response) => void response.end('{"sandbox_id":7}')) as Fault,
    { code: 'garbage' },
  ],
  [
    'an answer without an end',
    ((_q, response) => void response.writeHead(200).write('{')) as Fault,
    { code: 'timeout' },
  ],
  [
    'an answer beyond all bounds',
    ((_q, response) => void response.end('x'.repeat(300_000))) as Fault,
    { code: 'garbage' },
  ],
  ['a connection that is cut', ((request) => void request.socket.destroy()) as Fault, { code: 'network' }],
] as const)('%s has its own error', async ([, fault, expected]) => {
  await using here = await connected(beyondCredentials(fault), 300);
  await expect(here.controlPlane.hello(hello)).rejects.toMatchObject(expected);
});

test('a kept connection that the other side has closed is no failure', async () => {
  await using here = await connected();
  await here.controlPlane.hello(hello);
  const sockets = new Set<unknown>();
  here.plane.fault = (request) => {
    sockets.add(request.socket);
    here.plane.fault = undefined;
    request.socket.destroy();
  };
  expect(await here.controlPlane.hello(hello)).toEqual(here.plane.assignment);
  expect(sockets.size).toBe(1);
});

test('credentials that are refused are not used again', async () => {
  await using here = await connected(beyondCredentials(refusal(403, 'forbidden')));
  await expect(here.controlPlane.hello(hello)).rejects.toMatchObject({ code: 'forbidden' });
  here.plane.fault = undefined;
  await here.controlPlane.hello(hello);
  expect(here.plane.requests.filter((request) => request.startsWith('169.254'))).toHaveLength(2);
});

test('what the credentials’ endpoint said wrongly is not repeated in the error', async () => {
  await using here = await connected((_request, response) => void response.end('{"SecretAccessKey":"hunter2"}'));
  const error = await here.controlPlane.hello(hello).catch((cause) => cause);
  expect(JSON.stringify([String(error), String(error.cause)])).not.toContain('hunter2');
});

test('credentials are renewed five minutes before they end, and kept ones serve while there are no others', async () => {
  const clock = new ManualClock();
  let sent = 0;
  const answer = async () => {
    if (++sent === 2) throw new Error('not now');
    const Expiration = new Date(clock.now() + 3_600_000).toISOString();
    const body = JSON.stringify({ AccessKeyId: `A${sent}`, SecretAccessKey: 'S', Token: 'T', Expiration });
    return { status: 200, headers: {}, body };
  };
  const credentials = new TaskCredentials({ send: answer }, credentialsPath, clock);
  const id = async () => (await credentials.get()).accessKeyId;
  expect([await id(), await id()]).toEqual(['A1', 'A1']);
  clock.pass(3_300_001);
  expect([await id(), await id()]).toEqual(['A1', 'A3']);
});

test('the signature is one that AWS would accept', async () => {
  const seen: Promise<unknown>[] = [];
  const secret = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
  const find = () => ({ principal: { kind: 'task' }, credentials: secret });
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const scope = { principals: { clock: systemClock, find } as never, region: 'us-east-1', service: 'execute-api' };
    seen.push(verifySignature(request, Buffer.concat(chunks), scope));
    refusal(503, 'unavailable')(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  using link = new Link(undefined, systemClock);
  const credentials = { get: async () => secret, forget: () => {} };
  const apiUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`);
  const controlPlane = new ControlPlane({ link, credentials, region: 'us-east-1', apiUrl, clock: systemClock });
  const error = await controlPlane.hello(hello).catch((cause) => cause);
  expect(error).toBeInstanceOf(RefusedError);
  expect(error.retry).toBe(true);
  expect(await Promise.all(seen)).toMatchObject([{ ok: true }]);
  server.closeAllConnections();
  server.close();
});

test('L6: every code of the table is retried when the table or its status says so', () => {
  for (const [code, { retry, status }] of Object.entries(errors)) {
    expect(new RefusedError(code as keyof typeof errors, '').retry, code).toBe(retry || status >= 500);
  }
});

const report = (id: number) => ({ command_id: `cmd_${id}` }) as unknown as OutcomeReport;

test('outcomes go in batches of at most 50, and one that can never be accepted is let go alone', async () => {
  const sizes: number[] = [];
  const accepted: string[] = [];
  const controlPlane = {
    reportOutcomes: async (_id: string, outcomes: OutcomeReport[]) => {
      sizes.push(outcomes.length);
      const ids = outcomes.map(({ command_id }) => command_id);
      if (ids.includes('cmd_60')) throw new RefusedError('invalid_request', 'no');
      accepted.push(...ids);
    },
  };
  const queue = new OutcomeQueue({ controlPlane, sandboxId: 'sbx', clock: systemClock, log: silent });
  for (let id = 0; id < 120; id++) queue.push(report(id));
  await queue.flush(5_000);
  expect(sizes).toEqual([50, 50, ...Array.from({ length: 50 }, () => 1), 20]);
  expect(accepted).toHaveLength(119);
});

test('a flush that is never accepted ends in time', async () => {
  const controlPlane = { reportOutcomes: () => Promise.reject(new RefusedError('unavailable', 'no')) };
  const queue = new OutcomeQueue({ controlPlane, sandboxId: 'sbx', clock: systemClock, log: silent });
  for (let id = 0; id < 3_000; id++) queue.push(report(id));
  await queue.flush(50);
});

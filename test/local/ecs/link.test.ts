import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../local/aws/listen.ts';
import type { MachineSpec } from '../../../local/engines/engine.ts';
import { eventually, startCompute, taskRoleArn } from '../../support/machines/compute.ts';
import { processEngine } from '../../support/machines/process-engine.ts';

function ask(socketPath: string, host: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path, headers: { host, ...headers } }, resolve)
      .once('error', reject)
      .end();
  });
}

async function startTask(options: Parameters<typeof startCompute>[0] = {}) {
  const specs: MachineSpec[] = [];
  const compute = await startCompute({ engine: processEngine((spec) => void specs.push(spec)), ...options });
  await compute.register('exec sleep 600');
  const task = await compute.run({
    overrides: { containerOverrides: [{ name: 'sandbox', environment: [{ name: 'SANDBOX_ID', value: 'sbx_1' }] }] },
  });
  const [spec] = await eventually(() => (specs.length > 0 ? specs : undefined));
  if (!spec) throw new Error('no machine was started');
  const own = async (path: string) => JSON.parse(await text(await ask(spec.linkSocket, '169.254.170.2', path)));
  return { ...compute, task, spec, own };
}

async function startGateway(listener: RequestListener): Promise<string> {
  const gateway = await listen(listener);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return gateway.url;
}

test('a machine gets the environment of ECS, its overrides, and the exec agent’s configuration', async () => {
  const { spec } = await startTask({ environment: { MATRX_CLOCK: '20@1' }, hazards: { sessions: { limit: 3 } } });
  expect(spec.environment).toMatchObject({
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_REGION: 'us-east-1',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expect.stringMatching(/^\/v2\/credentials\/[0-9a-f-]{36}$/),
    ECS_CONTAINER_METADATA_URI_V4: expect.stringMatching(/^http:\/\/169\.254\.170\.2\/v4\//),
    MATRX_LINK: '/run/matrx/link.sock',
    MATRX_CLOCK: '20@1',
    SANDBOX_ID: 'sbx_1',
  });
  expect(spec).toMatchObject({ cpu: 256, memoryMb: 512, diskMb: 20 * 1024, network: 'none' });
  const [[path, content] = []] = Object.entries(spec.files ?? {});
  expect(path).toMatch(/^\/ecs-execute-command-[0-9a-f-]{36}\/configuration\/amazon-ssm-agent\.json$/);
  expect(JSON.parse(String(content))).toMatchObject({
    Mgs: { SessionWorkersLimit: 3 },
    Agent: { ContainerMode: true },
  });
});

test('the task’s credentials are its role’s, in a session of the task’s name, and its alone to ask for', async () => {
  const { spec, own, task, principals, stopTask, reaches } = await startTask();
  const path = String(spec.environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']);
  const credentials = await own(path);
  expect(credentials).toMatchObject({ RoleArn: taskRoleArn, Token: expect.any(String) });
  expect(await own(path)).toEqual(credentials);
  const found = principals.find(credentials.AccessKeyId);
  expect(found?.principal.arn).toBe(`arn:aws:sts::000000000000:assumed-role/sandbox-task/${spec.id}`);
  expect(found?.credentials.expiresAt).toBe(Date.parse(credentials.Expiration));
  expect(await own('/v2/credentials/other')).toMatchObject({ code: 'NotFound' });
  expect(statSync(spec.linkSocket).mode & 0o777).toBe(0o600);
  await stopTask(task);
  await reaches(task, 'STOPPED');
  expect(principals.find(credentials.AccessKeyId)).toBeUndefined();
  expect(statSync(spec.linkSocket, { throwIfNoEntry: false })).toBeUndefined();
});

test('the metadata says which task and which container this is', async () => {
  const { spec, own, task, reaches, describe } = await startTask();
  await reaches(task, 'RUNNING');
  const path = new URL(String(spec.environment['ECS_CONTAINER_METADATA_URI_V4'])).pathname;
  const [container] = (await describe(task))?.containers ?? [];
  expect(await own(path)).toMatchObject({ DockerId: container?.runtimeId, Name: 'sandbox', KnownStatus: 'RUNNING' });
  expect(await own(`${path}/task`)).toMatchObject({
    TaskARN: task,
    Family: 'base',
    Revision: '1',
    LaunchType: 'FARGATE',
  });
});

test('everything else goes to the gateway as it came, and streams both ways', async () => {
  const seen = Promise.withResolvers<IncomingMessage>();
  const gatewayUrl = await startGateway((incoming, response) => {
    seen.resolve(incoming);
    response.writeHead(201, { 'x-answer': 'yes' });
    incoming.pipe(response);
  });
  const { spec } = await startTask({ gatewayUrl: () => gatewayUrl });
  const outgoing = request({
    socketPath: spec.linkSocket,
    method: 'POST',
    path: '/agent/v1/hello?a=%2F',
    headers: { Host: 'api.example:1', Authorization: 'signed' },
  });
  outgoing.write('first ');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect(answer).toMatchObject({ statusCode: 201, headers: { 'x-answer': 'yes' } });
  expect(String((await once(answer, 'data'))[0])).toBe('first ');
  outgoing.end('second');
  expect(await text(answer)).toBe('second');
  expect(await seen.promise).toMatchObject({
    method: 'POST',
    url: '/agent/v1/hello?a=%2F',
    headers: { host: 'api.example:1', authorization: 'signed' },
  });
});

test('a gateway that isn’t there is a 502, one that breaks off is broken off here, a huge header is refused', async () => {
  const { spec } = await startTask();
  expect((await ask(spec.linkSocket, 'api.example', '/')).statusCode).toBe(502);
  const gatewayUrl = await startGateway((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const broken = await startTask({ gatewayUrl: () => gatewayUrl });
  const answer = await ask(broken.spec.linkSocket, 'api.example', '/');
  await expect(text(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
  const long = { 'x-long': 'x'.repeat(20_000) };
  expect((await ask(spec.linkSocket, 'api.example', '/', long)).statusCode).toBe(431);
});

test('a caller that goes away takes its request with it', async () => {
  const gone = Promise.withResolvers<void>();
  const gatewayUrl = await startGateway((_, response) => {
    response.writeHead(200).flushHeaders();
    response.once('close', gone.resolve);
  });
  const { spec } = await startTask({ gatewayUrl: () => gatewayUrl });
  (await ask(spec.linkSocket, 'api.example', '/')).destroy();
  await gone.promise;
});

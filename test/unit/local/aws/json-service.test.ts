import { connect } from 'node:net';
import {
  GetParametersCommand,
  type GetParametersCommandInput,
  type GetParametersCommandOutput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../contract/clock.ts';
import { AwsError } from '../../../../local/aws/aws-error.ts';
import { type Action, createJsonService, type JsonServiceOptions } from '../../../../local/aws/json-service.ts';
import { Principals } from '../../../../local/aws/keys.ts';

const getParameters: Action<GetParametersCommandInput, GetParametersCommandOutput> = (input, { principal }) => {
  const [name = ''] = input.Names ?? [];
  if (name === 'missing') throw new AwsError('ParameterNotFound', 'not there', 400, { Detail: 7 });
  if (name === 'broken') throw new TypeError('secret detail');
  return { Parameters: [{ Name: name, Value: principal.arn, LastModifiedDate: 1_800_000_000.5 }] };
};

async function start(options: Partial<JsonServiceOptions> = {}) {
  const principals = new Principals();
  const service = createJsonService({
    target: 'AmazonSSM',
    service: 'ssm',
    region: 'us-east-1',
    principals,
    actions: { GetParameters: getParameters },
    jsonVersion: '1.1',
    clock: systemClock,
    ...options,
  });
  const listening = await service.listen();
  const { credentials, principal } = principals.issueService('caller');
  const client = (over = {}) =>
    new SSMClient({ endpoint: listening.url, region: 'us-east-1', credentials, maxAttempts: 1, ...over });
  const sdk = client();
  onTestFinished(async () => {
    sdk.destroy();
    await listening[Symbol.asyncDispose]();
  });
  return {
    ...listening,
    credentials,
    principal,
    principals,
    client,
    get: (...Names: string[]) => sdk.send(new GetParametersCommand({ Names })),
  };
}

test('an SDK client gets the typed answer of an action, which knows who called', async () => {
  const { get, principal } = await start();
  const { Parameters, $metadata } = await get('name');
  expect(Parameters).toEqual([{ Name: 'name', Value: principal.arn, LastModifiedDate: new Date(1_800_000_000_500) }]);
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a typed failure reaches the SDK by its name, with its fields', async () => {
  const { get } = await start();
  await expect(get('missing')).rejects.toMatchObject({ name: 'ParameterNotFound', message: 'not there', Detail: 7 });
});

test('an unexpected failure answers 500 without its details and leaves the service up', async () => {
  const seen: unknown[] = [];
  const { get } = await start({ internalError: 'ServerException', onUnexpected: (...all) => seen.push(all) });
  const failed = await get('broken').catch((error: Error) => error);
  expect(failed).toMatchObject({ name: 'ServerException', $metadata: { httpStatusCode: 500 } });
  expect(String(failed)).not.toContain('secret detail');
  expect(seen).toEqual([['GetParameters', new TypeError('secret detail')]]);
  await expect(get('name')).resolves.toMatchObject({ Parameters: [{ Name: 'name' }] });
});

test('a stranger runs nothing', async () => {
  const operations: string[] = [];
  const { client, credentials, url } = await start({ before: (operation) => void operations.push(operation) });
  const eve = client({ credentials: { ...credentials, secretAccessKey: 'guess' } });
  await expect(eve.send(new GetParametersCommand({ Names: ['name'] }))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  const anonymous = await fetch(url, {
    method: 'POST',
    body: '{}',
    headers: { 'x-amz-target': 'AmazonSSM.GetParameters' },
  });
  expect([anonymous.status, await anonymous.json()]).toMatchObject([
    400,
    { __type: 'MissingAuthenticationTokenException' },
  ]);
  expect(operations).toEqual([]);
});

test('a fault answers in the place of the action', async () => {
  const { get } = await start({
    before: (operation, input) => {
      throw new AwsError('ThrottlingException', `${operation} ${JSON.stringify(input)}`);
    },
  });
  await expect(get('a')).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'GetParameters {"Names":["a"]}',
  });
});

test('a fault can break the connection', async () => {
  const { get } = await start({
    before: () => {
      throw new Error('cut');
    },
  });
  await expect(get('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('an operation that isn’t in the record is unknown, also when objects have one of that name', async () => {
  for (const actions of [{}, { constructor: undefined }] as never[]) {
    const { get } = await start({ actions });
    await expect(get('a')).rejects.toMatchObject({ name: 'UnknownOperationException' });
  }
});

test('a body over the limit is refused, whether it says its length or not', async () => {
  const { get, url } = await start({ maxBodyBytes: 1000 });
  await expect(get('x'.repeat(1000))).rejects.toMatchObject({ name: 'RequestEntityTooLargeException' });
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(600)) });
  const answered = fetch(url, { method: 'POST', body: endless, duplex: 'half' } as RequestInit);
  expect(await answered.then((response) => response.status).catch(() => 'cut off')).toBeOneOf([413, 'cut off']);
});

test('a caller that hangs up in the middle of its body harms nobody', async () => {
  const { get, port } = await start();
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) =>
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\n{"half', () => resolve()),
  );
  socket.destroy();
  await expect(get('name')).resolves.toMatchObject({ Parameters: [{ Name: 'name' }] });
});

test('what a machine has been given opens no service', async () => {
  const { client, principals } = await start();
  const expiresAt = principals.clock.now() + 60_000;
  const assumed = { roleName: 'storage', sessionName: 'ann', expiresAt, policies: [], tags: {} };
  for (const { credentials } of [principals.issueTask('task', 'ab12', expiresAt), principals.issueAssumed(assumed)]) {
    using sdk = disposable(client({ credentials }));
    await expect(sdk.send(new GetParametersCommand({ Names: ['name'] }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  }
});

const disposable = (sdk: SSMClient) => Object.assign(sdk, { [Symbol.dispose]: () => sdk.destroy() });

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox, type Transport } from '../../../client/index.ts';
import { heldSockets } from '../../support/channel/held-sockets.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let shared: Sandbox;
const connection = () => ({ url: stack.url, credentials: { token: stack.service.local.person.token } });

beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
  shared = await Sandbox.create(connection());
}, 120_000);
afterAll(async () => {
  await shared?.kill({ graceful: false });
  await stack?.[Symbol.asyncDispose]();
});

/** The shared sandbox by a way of its own, with what it asks of the API. */
async function reached(transport: Transport) {
  const requests: string[] = [];
  const held = heldSockets();
  const sandbox = await Sandbox.connect(shared.sandboxId, {
    ...connection(),
    transport,
    webSocket: held.webSocket,
    fetch: (input, init) => {
      requests.push(String(input instanceof Request ? input.url : input));
      return fetch(input, init);
    },
  });
  return { files: sandbox.files, sandbox, requests, held };
}

test('files through a channel that is held cost no request, and go on after a cut', async () => {
  const { files, sandbox, requests, held } = await reached('channel');
  await using _ = { [Symbol.asyncDispose]: () => sandbox.disconnect() };
  const bytes = randomBytes(3_000_000);
  await files.write('held/file', bytes);
  const before = requests.length;
  expect(Buffer.from(await files.read('held/file')).equals(bytes)).toBe(true);
  await files.write('held/other', 'x', { mode: '600' });
  expect(await files.stat('held/other')).toMatchObject({ mode: '600' });
  expect(requests).toHaveLength(before);
  const reading = files.read('held/file');
  held.cut();
  expect(Buffer.from(await reading).equals(bytes)).toBe(true);
  expect(requests.filter((url) => url.includes('/files'))).toEqual([]);
}, 60_000);

test('files by auto go by the API when the channel is no more', async () => {
  const { files, sandbox, requests } = await reached('auto');
  await files.write('auto/file', 'first');
  expect(requests.filter((url) => url.includes('/files'))).toEqual([]);
  await sandbox.disconnect();
  expect(await files.readText('auto/file')).toBe('first');
  expect(await files.remove('auto/file')).toBe(1);
  expect(requests.filter((url) => url.includes('/files'))).toHaveLength(2);
}, 60_000);

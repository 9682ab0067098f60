import { afterAll, beforeAll, describe } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import { defineBackgroundSuite } from '../../suites/background-suite.ts';
import { type Stack, startStack } from '../../support/stack.ts';

let stack: Stack;
let sandboxId: string;
let connection: ConnectionOptions;

beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
  connection = { url: stack.url, credentials: { token: stack.service.local.person.token } };
  sandboxId = (await Sandbox.create(connection)).sandboxId;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

describe.each(['http', 'channel'] as const)('by the transport %s', (transport) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.connect(sandboxId, { ...connection, transport });
  });
  afterAll(() => sandbox?.disconnect());

  defineBackgroundSuite(() => sandbox);
});

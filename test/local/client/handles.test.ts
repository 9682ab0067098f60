import { afterAll, beforeAll, describe } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import { defineHandleSuite } from '../../suites/handle-suite.ts';
import { type Stack, startStack } from '../../support/stack.ts';

let stack: Stack;
let connection: ConnectionOptions;

beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
  connection = { url: stack.url, credentials: { token: stack.service.local.person.token } };
});
afterAll(() => stack?.[Symbol.asyncDispose]());

describe.each(['http', 'channel', 'auto'] as const)('by the transport %s', (transport) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.create({ ...connection, transport });
  });
  afterAll(() => sandbox?.kill({ graceful: false }));

  defineHandleSuite(() => sandbox);
});

import { afterAll, beforeAll, describe } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import { defineRunSuite } from '../../suites/run-suite.ts';
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

// Over HTTP each command has a function's environment of its own, and those take turns at the sandbox's few sessions.
const transports = [
  ['http', 8],
  ['channel', 64],
  ['auto', 64],
] as const;

describe.each(transports)('by the transport %s', (transport, atOnce) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.connect(sandboxId, { ...connection, transport });
  });
  afterAll(() => sandbox?.disconnect());

  defineRunSuite(() => sandbox, atOnce);
});

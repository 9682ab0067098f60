import { afterAll, beforeAll } from 'vitest';
import { defineApiSuite } from '../../suites/api/api-suite.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

// Over HTTP each command has a function's environment of its own, and those take turns at the sandbox's few sessions.
const transports = [
  ['http', 8],
  ['channel', 200],
  ['auto', 64],
] as const;

defineApiSuite(() => ({ connection: { url: stack.url, credentials: { token: stack.service.local.person.token } } }), {
  transports,
});

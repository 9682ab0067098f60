import { afterAll, beforeAll } from 'vitest';
import { defineHttpSuite } from '../../suites/api/http-suite.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

defineHttpSuite(() => stack);

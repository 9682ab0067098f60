import { afterAll, beforeAll } from 'vitest';
import { defineHttpSuite } from '../../suites/http-suite.ts';
import { type Stack, startStack } from '../../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

defineHttpSuite(() => stack);

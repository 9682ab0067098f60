import { afterAll, beforeAll } from 'vitest';
import { defineApiSuite } from '../../suites/api-suite.ts';
import { type Stack, startStack } from '../../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

defineApiSuite(() => stack);

import { test } from 'vitest';
import { liveThroughOnStack } from '../suites/chaos/stack-histories.ts';
import { deepBudgetMs } from '../support/deep-budget.ts';
import { namespacesHere } from '../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../support/seed.ts';

const count = 200;

test.skipIf(!namespacesHere)(
  `${count} histories on real machines come to rest`,
  async () => {
    await liveThroughOnStack(count, seedOfTest(), deepBudgetMs());
  },
  7_200_000,
);

import { test } from 'vitest';
import { liveThroughHistories } from '../suites/chaos/fault-histories.ts';
import { deepBudgetMs } from '../support/deep-budget.ts';

test(
  'two thousand random histories end in the truth or in a typed error',
  () => liveThroughHistories(2_000, 4, deepBudgetMs()),
  3_600_000,
);

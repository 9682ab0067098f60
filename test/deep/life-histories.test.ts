import { test } from 'vitest';
import { liveThroughHistories } from '../suites/chaos/life-histories.ts';
import { deepBudgetMs } from '../support/deep-budget.ts';

const count = 10_000;

test(`${count} histories of dying processes and lost events leave nothing that outlives its time`, async () => {
  await liveThroughHistories(count, deepBudgetMs());
}, 3_600_000);

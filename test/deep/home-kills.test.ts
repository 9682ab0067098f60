import { availableParallelism } from 'node:os';
import { test } from 'vitest';
import { surviveHomeKills } from '../suites/chaos/home-kills.ts';
import { deepBudgetMs } from '../support/deep-budget.ts';
import { seedOfTest } from '../support/seed.ts';

const kills = 300;

test(`M10: after ${kills} kills at random points of saving and restoring a home is one whole version`, async () => {
  await surviveHomeKills({
    count: kills,
    seed: seedOfTest(),
    budgetMs: deepBudgetMs(),
    beside: availableParallelism(),
  });
}, 3_600_000);

import { test } from 'vitest';
import { surviveRandomKills } from '../suites/chaos/random-kills.ts';
import { deepBudgetMs } from '../support/deep-budget.ts';
import { namespacesHere } from '../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../support/seed.ts';

const kills = 200;

test.skipIf(!namespacesHere)(
  `${kills} kills at random leave nothing behind, and every record true`,
  async () => {
    await surviveRandomKills(kills, seedOfTest(), deepBudgetMs());
  },
  3_600_000,
);

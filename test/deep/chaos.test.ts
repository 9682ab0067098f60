import { test } from 'vitest';
import { surviveChaos } from '../suites/chaos/chaos.ts';
import { namespacesHere } from '../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../support/seed.ts';

test.skipIf(!namespacesHere)(
  'two minutes of chaos, with machines that wait, leave nothing behind, and every record true',
  async () => {
    await surviveChaos({ ms: 120_000, users: 3, serviceDeaths: 3, pool: 2, seed: seedOfTest() });
  },
  600_000,
);

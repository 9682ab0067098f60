import { test } from 'vitest';
import { surviveRandomKills } from '../../suites/chaos/random-kills.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../../support/seed.ts';

test.skipIf(!namespacesHere)(
  'ten kills at random leave nothing behind, and every record true',
  async () => {
    await surviveRandomKills(10, seedOfTest());
  },
  180_000,
);

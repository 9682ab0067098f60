import { test } from 'vitest';
import { liveThroughOnStack } from '../../suites/chaos/stack-histories.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../../support/seed.ts';

test.skipIf(!namespacesHere)(
  'ten histories on real machines come to rest: every machine gone, every record true, nothing counted twice',
  async () => {
    await liveThroughOnStack(10, seedOfTest());
  },
  400_000,
);

import { test } from 'vitest';
import { surviveHomeKills } from '../../suites/chaos/home-kills.ts';
import { seedOfTest } from '../../support/seed.ts';

test(
  'M10: whatever dies while a home is restored or saved, what is read afterwards is one whole version',
  {
    timeout: 180_000,
  },
  () => surviveHomeKills({ count: 20, seed: seedOfTest() }),
);

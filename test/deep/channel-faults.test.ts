import { test } from 'vitest';
import { liveThroughHistories } from '../suites/fault-histories.ts';

test(
  'two thousand random histories end in the truth or in a typed error',
  () => liveThroughHistories(2_000, 4),
  1_200_000,
);

import { test } from 'vitest';
import { liveThroughHistories } from '../../../suites/chaos/life-histories.ts';

test('whatever dies and in whatever order: nothing outlives its time, nothing is lost, nothing is counted twice', async () => {
  await liveThroughHistories(1_000);
}, 120_000);

import { test } from 'vitest';
import { sendThroughBothWays } from '../suites/chaos/large-file.ts';

test('a file of 1 GB goes through in both directions with little memory', () => sendThroughBothWays(1024 ** 3));

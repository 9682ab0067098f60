import { expect, test } from 'vitest';
import { systemClock } from '../../../../contract/clock.ts';
import { Principals } from '../../../../local/aws/keys.ts';
import { TaskCredentials } from '../../../../local/link/task-credentials.ts';

const minuteMs = 60_000;

test('credentials last an hour, are renewed near their end, and the old ones stay good until theirs', () => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const principals = new Principals({ clock: { ...systemClock, now: () => now } });
  const credentials = new TaskCredentials(principals, 'arn:aws:iam::000000000000:role/path/role', 'task1');
  const first = credentials.answer();
  expect(first.Expiration).toBe('2026-01-01T01:00:00.000Z');
  expect(principals.find(first.AccessKeyId)?.principal.arn).toMatch(/assumed-role\/role\/task1$/);
  now += 44 * minuteMs;
  expect(credentials.answer()).toBe(first);
  now += minuteMs;
  const second = credentials.answer();
  expect(second.Expiration).toBe('2026-01-01T01:45:00.000Z');
  expect(principals.find(first.AccessKeyId)).toBeDefined();
  credentials[Symbol.dispose]();
  for (const { AccessKeyId } of [first, second]) expect(principals.find(AccessKeyId)).toBeUndefined();
});

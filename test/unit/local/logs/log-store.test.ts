import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LogStore } from '../../../../local/logs/log-store.ts';

const name = 'sandbox/sandbox/1';

function begin() {
  const folder = mkdtempSync(join(tmpdir(), 'matrx-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const segments = () => {
    const [stream = ''] = readdirSync(folder);
    return readdirSync(join(folder, stream)).map((segment) => join(folder, stream, segment));
  };
  return { folder, store: new LogStore(folder), segments };
}

const line = (message: string, timestamp = 1_000) => ({ timestamp, message });

test('lines are read in order, from any place that a reading ended at, by this run and the next', () => {
  const { folder, store } = begin();
  for (const message of ['one', 'two', 'three']) store.append(name, line(message));
  const first = store.find(name)?.read(0, 2);
  expect(first?.lines).toEqual([line('one'), line('two')]);
  const again = new LogStore(folder).find(name);
  const rest = again?.read(first?.offset ?? 0, 10);
  expect(rest?.lines).toEqual([line('three')]);
  expect(again?.read(rest?.offset ?? 0, 10)).toEqual({ lines: [], offset: rest?.offset });
  expect(store.find('sandbox/sandbox/2')).toBeUndefined();
});

test('a line that a kill cut off is forgotten, and the next one stands alone', () => {
  const { folder, store, segments } = begin();
  store.append(name, line('one'));
  appendFileSync(segments()[0] ?? '', '{"timestamp":1,"mess');
  const next = new LogStore(folder);
  next.append(name, line('two'));
  expect(next.find(name)?.read(0, 10).lines).toEqual([line('one'), line('two')]);
});

test('a stream never takes more than its bound, and who reads from what is gone goes on with the oldest', () => {
  const { store, segments } = begin();
  const long = 'x'.repeat(100_000);
  for (let count = 0; count < 120; count += 1) store.append(name, line(`${count} ${long}`));
  expect(segments()).toHaveLength(2);
  const bytes = segments().reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  const seen: number[] = [];
  for (let offset = 0; ; ) {
    const part = store.find(name)?.read(offset, 10_000);
    if (!part || part.lines.length === 0) break;
    seen.push(...part.lines.map(({ message }) => Number.parseInt(message, 10)));
    offset = part.offset;
  }
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen).toEqual(Array.from({ length: 120 - (seen[0] ?? 0) }, (_, index) => index + (seen[0] ?? 0)));
});

test('a stream is swept when its last line is older than the retention', () => {
  const { store } = begin();
  store.append(name, line('old', 1_000_000));
  store.append('sandbox/sandbox/2', line('young', 3_000_000));
  store.sweep(2_000_000);
  expect(store.find(name)).toBeUndefined();
  expect(store.find('sandbox/sandbox/2')?.read(0, 1).lines).toMatchObject([{ message: 'young' }]);
});

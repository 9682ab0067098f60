import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../../../local/service/open/open-log.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'matrx-log-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a log goes on where the last run ended, for its owner to read', () => {
  const path = folder();
  for (const line of ['one\n', 'two\n']) {
    using log = openLog(path, 'part');
    log.write(line);
  }
  expect(readFileSync(join(path, 'part.log'), 'utf8')).toBe('one\ntwo\n');
  expect(statSync(join(path, 'part.log')).mode & 0o777).toBe(0o600);
});

test('a log never takes more than twice its bound', () => {
  const path = folder();
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  using log = openLog(path, 'part');
  for (let count = 0; count < 30; count += 1) log.write(megabyte);
  const sizes = ['part.log', 'part.1.log'].map((name) => statSync(join(path, name)).size / 1024 / 1024);
  expect(sizes).toEqual([6, 8]);
});

test('what is written after the end is dropped', () => {
  const path = folder();
  const log = openLog(path, 'part');
  log[Symbol.dispose]();
  log.write('late');
  expect(readFileSync(join(path, 'part.log'), 'utf8')).toBe('');
});

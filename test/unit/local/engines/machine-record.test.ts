import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord, recordGroup, recordProcess } from '../../../../local/engines/namespaces/machine-record.ts';
import { readProcess } from '../../../../local/engines/process-table.ts';

function createFolder() {
  const path = mkdtempSync(join(tmpdir(), 'matrx-record-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test('a record names groups and processes as they were written', () => {
  using folder = createFolder();
  recordGroup(folder.path, '/sys/fs/cgroup/with blank/machine');
  recordProcess(folder.path, process.pid);
  expect(readRecord(folder.path)).toEqual({
    groups: ['/sys/fs/cgroup/with blank/machine'],
    processes: [{ pid: process.pid, startedAt: readProcess(process.pid)?.startedAt }],
  });
});

test('a process that has ended is not recorded, and a folder without a record has nothing', () => {
  using folder = createFolder();
  recordProcess(folder.path, 2 ** 30);
  expect(readRecord(folder.path)).toEqual({ groups: [], processes: [] });
});

test('a line that a kill has cut short is none', () => {
  using folder = createFolder();
  writeFileSync(join(folder.path, 'record'), 'group /a\nprocess 12 34\ngroup /sys/fs/cg');
  expect(readRecord(folder.path)).toEqual({ groups: ['/a'], processes: [{ pid: 12, startedAt: 34 }] });
});

import { mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareFolder } from '../../../../local/service/folder/prepare-folder.ts';

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'matrx-folder-')));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a folder is made for its owner alone, with the folders above it, however long its path', async () => {
  const wanted = join(folder(), 'a', 'b'.repeat(150));
  expect(await prepareFolder(wanted)).toBe(wanted);
  expect(statSync(wanted).mode & 0o777).toBe(0o700);
});

test('a folder is known by its real path', async () => {
  const path = folder();
  symlinkSync(path, join(path, 'alias'));
  expect(await prepareFolder(join(path, 'alias'))).toBe(path);
});

test.each(['/proc/matrx', '/proc/self/fd/matrx/data', '/sys/matrx'])('fails below the kernel: %s', async (path) => {
  await expect(prepareFolder(path)).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringContaining('holds no files of users'),
    fix: 'choose another one with --data',
  });
});

test('fails below a file, and says what is in the way', async () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  await expect(prepareFolder(join(file, 'data'))).rejects.toThrow(/can't be used: ENOTDIR/);
});

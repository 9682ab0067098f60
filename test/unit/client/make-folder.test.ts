import { Buffer } from 'node:buffer';
import { mkdtempDisposableSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../../client/node/make-folder.ts';

const make = (path: string, mode?: number) => makeFolder(Buffer.from(path), mode);

test('a folder is made with those above it, whatever their names, and made again is as it was', () => {
  using here = mkdtempDisposableSync(join(tmpdir(), 'matrx-folder-'));
  const odd = Buffer.concat([Buffer.from(`${here.path}/a/`), Buffer.from([0xff, 0x2f, 0x62, 0x2f])]);
  makeFolder(odd, 0o700);
  makeFolder(odd, 0o755);
  expect(readdirSync(join(here.path, 'a'), { encoding: 'buffer' })).toEqual([Buffer.from([0xff])]);
  expect(statSync(odd).mode & 0o777).toBe(0o700);
  for (const there of ['/', '.', '/tmp']) make(there);
});

test('what can’t be a folder fails with the system’s error, also where nothing can be made', () => {
  using here = mkdtempDisposableSync(join(tmpdir(), 'matrx-folder-'));
  writeFileSync(join(here.path, 'file'), '');
  symlinkSync('nowhere', join(here.path, 'link'));
  const codes = ['/proc/nowhere', '/proc/nowhere/deep/er', '', 'file', 'file/x', 'link/x'].map((path) => {
    try {
      make(path === '' || path.startsWith('/') ? path : join(here.path, path));
      return 'made';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  });
  expect(codes).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'EEXIST', 'ENOTDIR', 'EEXIST']);
});

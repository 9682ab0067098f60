import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { tarArchive } from '../../../../../local/engines/docker/images/tar.ts';

test('what is packed is what the system unpacks: content, modes, links, long and odd names', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'matrx-tar-'));
  const source = join(folder.path, 'source');
  writeFileSync(source, 'from the host'.repeat(1_000));
  const long = `${'deep/'.repeat(40)}file`;
  const archive = await buffer(
    tarArchive([
      { path: 'folder', folder: true, mode: 0o750 },
      { path: 'folder/empty', content: '', mode: 0o400 },
      { path: 'folder/exact', content: Buffer.alloc(512, 'x'), mode: 0o555 },
      { path: 'given here/ü', content: 'odd', mode: 0o644 },
      { path: long, content: 'long', mode: 0o644 },
      { path: 'copy', from: source, mode: 0o600 },
      { path: 'link', target: 'folder/exact', mode: 0o777 },
    ]),
  );
  expect(archive.length % 512).toBe(0);
  execFileSync('tar', ['-x', '-p', '--no-same-owner', '-C', folder.path], { input: archive });
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  const mode = (name: string) => statSync(join(folder.path, name)).mode & 0o777;
  expect([read('folder/empty'), read('given here/ü'), read(long)]).toEqual(['', 'odd', 'long']);
  expect(read('copy')).toBe(readFileSync(source, 'utf8'));
  expect(read('link')).toBe('x'.repeat(512));
  expect([mode('folder'), mode('folder/empty'), mode('folder/exact'), mode('copy')]).toEqual([
    0o750, 0o400, 0o555, 0o600,
  ]);
});

test('an archive names the owners it was given', async () => {
  const entries = [{ path: 'home', folder: true, mode: 0o755, owner: 1000 } as const];
  const listed = execFileSync('tar', ['-tv', '--numeric-owner'], { input: await buffer(tarArchive(entries)) });
  expect(listed.toString()).toMatch(/^drwxr-xr-x 1000\/1000 .* home\/\n$/);
});

test('fails when a file of the host is not there, and names it', async () => {
  await expect(buffer(tarArchive([{ path: 'a', from: '/no/such/file', mode: 0o644 }]))).rejects.toThrow(
    '/no/such/file',
  );
});

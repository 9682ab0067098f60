// What callers rely on of files, asked by the library.

import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type FileChange, type FileData, type Sandbox, SandboxError } from '../../../client/index.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const largeBytes = 20_000_003;

async function* inPieces(bytes: Uint8Array, pieceBytes = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const read = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of pieces) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Defines the suite; all tests share one sandbox, in folders of their own. */
export function defineFilesSuite(sandbox: () => Sandbox): void {
  const forms: [string, (bytes: Buffer) => FileData][] = [
    ['bytes', (bytes) => bytes],
    ['a blob', (bytes) => new Blob([new Uint8Array(bytes)])],
    ['a stream', (bytes) => new Blob([new Uint8Array(bytes)]).stream()],
    ['pieces', inPieces],
  ];

  test.each(forms)(
    'files are written from %s, small and large, and read as they were',
    async (name, form) => {
      const { files } = sandbox();
      for (const size of [0, 5, 5_000_000, largeBytes]) {
        const bytes = randomBytes(size);
        const path = `forms/${name}/${size}`;
        expect(await files.write(path, form(bytes))).toMatchObject({ sha256: sha256(bytes), size, created: true });
        expect(Buffer.from(await files.read(path)).equals(bytes)).toBe(true);
      }
    },
    120_000,
  );

  test('text is written and read, a range of it too', async () => {
    const { files } = sandbox();
    await files.write('text/a', 'häuser\n', { mode: '600' });
    expect(await files.readText('text/a')).toBe('häuser\n');
    expect(await files.readText('text/a', { offset: 3, length: 4 })).toBe('user');
    expect(await files.stat('text/a')).toMatchObject({ type: 'file', size: 8, mode: '600', owner: 1000 });
    await expect(files.write('text/a', 'again', { overwrite: false })).rejects.toMatchObject({ code: 'file_exists' });
  });

  test('OSB#1016 Daytona#2918: a download comes whole, with progress, and from a URL that anybody can fetch', async () => {
    const { files } = sandbox();
    const bytes = randomBytes(largeBytes);
    const sent: number[] = [];
    await files.write('down/large', bytes, { onProgress: (progress) => sent.push(progress.bytes) });
    expect(sent.at(-1)).toBe(largeBytes);
    const seen: number[] = [];
    const download = await files.download('down/large', { onProgress: (progress) => seen.push(progress.bytes) });
    expect(download).toMatchObject({ size: largeBytes, sha256: sha256(bytes) });
    expect((await read(download)).equals(bytes)).toBe(true);
    expect(seen.at(-1)).toBe(largeBytes);
    const fetched = await fetch(download.url);
    expect(sha256(Buffer.from(await fetched.arrayBuffer()))).toBe(sha256(bytes));
  }, 120_000);

  test('a transfer that is aborted leaves the target as it was, and nothing beside it', async () => {
    const { files } = sandbox();
    await files.write('aborted/target', 'before');
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    const writing = files.write('aborted/target', randomBytes(largeBytes), { onProgress, signal: stop.signal });
    await expect(writing).rejects.toThrow('enough');
    expect(await files.readText('aborted/target')).toBe('before');
    const names: unknown[] = [];
    for await (const { name } of files.list('aborted')) names.push(name);
    expect(names).toEqual(['target']);
  }, 60_000);

  test('an upload that broke off goes on with what is missing', async () => {
    const { files } = sandbox();
    const bytes = randomBytes(largeBytes);
    const stop = new AbortController();
    let id = '';
    const writing = files.write('resumed/file', bytes, {
      onUpload: (uploadId) => (id = uploadId),
      onProgress: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    });
    await expect(writing).rejects.toThrow('enough');
    expect(await files.exists('resumed/file')).toBe(false);
    const seen: number[] = [];
    const written = await files.resumeUpload(id, bytes, { onProgress: (progress) => seen.push(progress.bytes) });
    expect(written).toMatchObject({ sha256: sha256(bytes), size: largeBytes, created: true });
    // Of two parts one at least was there.
    expect(seen.length).toBeLessThan(2);
    expect(await files.resumeUpload(id, bytes)).toEqual(written);
  }, 60_000);

  test('folders are made, listed to any depth, moved, changed and removed', async () => {
    const { files } = sandbox();
    await files.mkdir('tree/a/b');
    const odd = new Uint8Array([...Buffer.from('tree/a/'), 0xff, 0x0a]);
    await files.write(odd, 'odd');
    await files.writeMany([
      { path: 'tree/one', data: '1' },
      { path: 'tree/a/b/two', data: new Uint8Array([0, 255]), mode: '755' },
    ]);
    const seen: [unknown, string][] = [];
    for await (const { name, type } of files.list('tree', { depth: 3, pageSize: 2 })) seen.push([name, type]);
    expect(seen).toEqual([
      ['a', 'directory'],
      ['b', 'directory'],
      ['two', 'file'],
      [new Uint8Array([0xff, 0x0a]), 'file'],
      ['one', 'file'],
    ]);
    expect(await files.readText(odd)).toBe('odd');
    expect(await files.move('tree/one', 'tree/uno')).toMatchObject({ name: 'uno' });
    expect(await files.chmod('tree/uno', '640')).toMatchObject({ mode: '640' });
    expect(await files.exists('tree/one')).toBe(false);
    await expect(files.remove('tree')).rejects.toBeInstanceOf(SandboxError);
    expect(await files.remove('tree', { recursive: true })).toBe(6);
  });

  test('files are searched by name and by content', async () => {
    const { files } = sandbox();
    await files.writeMany([
      { path: 'search/x.txt', data: 'one\ntwo needle\n' },
      { path: 'search/y.md', data: 'NEEDLE\n' },
    ]);
    const matches: unknown[] = [];
    for await (const { path, line } of files.search('search', { text: 'needle', ignoreCase: true, name: '*.txt' }))
      matches.push([path, line]);
    expect(matches).toEqual([['/home/agent/search/x.txt', 2]]);
    await expect(files.search('search', {}).next()).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('changes are heard of until nobody listens', async () => {
    const { files } = sandbox();
    await files.mkdir('watch');
    const changes: FileChange[] = [];
    for await (const change of files.watch('watch')) {
      if (change.type === 'watching') await files.write('watch/new', 'x');
      else changes.push(change);
      if ('path' in change && String(change.path).endsWith('/new')) break;
    }
    expect(changes.at(-1)).toEqual({ type: 'created', path: '/home/agent/watch/new' });
  });
}

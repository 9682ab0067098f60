import { Buffer } from 'node:buffer';
import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { below } from './byte-path.ts';
import { withPath } from './with-path.ts';

/** Something of this machine's, with its path below the folder that is copied; empty for what was named itself. */
export interface LocalFile {
  readonly path: Buffer;
  readonly under: Buffer;
  readonly stats: Stats;
}

/** What is at a path and below, a folder before what is in it. A link that was named itself is followed, others are told. */
export async function* localFiles(path: Buffer, under: Buffer = Buffer.alloc(0)): AsyncGenerator<LocalFile> {
  const stats = await withPath(path, () => (under.length === 0 ? stat(path) : lstat(path)));
  yield { path, under, stats };
  if (!stats.isDirectory()) return;
  for (const name of await withPath(path, () => readdir(path, { encoding: 'buffer' }))) {
    yield* localFiles(below(path, name), under.length === 0 ? name : below(under, name));
  }
}

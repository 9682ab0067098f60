import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { FileInfo } from '../../files/file-info.ts';
import type { Files } from '../../files/files.ts';
import { inTurn } from '../../files/in-turn.ts';
import { makeFolder } from '../../node/make-folder.ts';
import { printable } from '../output/table.ts';
import { below, folderOf, lastName, toBytes } from './byte-path.ts';
import type { CopyProgress } from './copy-progress.ts';
import { withPath } from './with-path.ts';

interface Pull {
  readonly files: Files;
  readonly progress: CopyProgress;
  readonly signal: AbortSignal;
}

const atOnce = 4;
const slash = 0x2f;

/**
 * The path of an entry below the folder that was listed. What the sandbox says is hostile: throws `bad_answer` for one that leads
 * anywhere else.
 */
function underOf(root: Buffer, info: FileInfo): Buffer {
  const path = toBytes(info.path);
  const start = root.at(-1) === slash ? root.length : root.length + 1;
  const under = path.subarray(start);
  const names = under.toString('latin1').split('/');
  const isBelow = path.subarray(0, root.length).equals(root) && path[start - 1] === slash;
  // What separates names here may be in a name there.
  const isOne = (name: string) =>
    name !== '' && name !== '.' && name !== '..' && !/\0/.test(name) && !name.includes(sep);
  const isPlain = names.every(isOne);
  if (isBelow && isPlain) return under;
  throw new SandboxError('bad_answer', `the sandbox lists what is not below it: ${printable(path.toString())}`);
}

async function* contents(
  { files, progress, signal }: Pull,
  info: FileInfo,
  to: Buffer,
): AsyncGenerator<[FileInfo, Buffer]> {
  if (info.type !== 'directory') {
    yield [info, to];
    return;
  }
  await withPath(to, async () => makeFolder(to));
  const root = toBytes(info.path);
  const depth = limits.files.depth;
  for await (const entry of files.list(info.path, { depth, pageSize: limits.files.pageSize.max, signal })) {
    const target = below(to, underOf(root, entry));
    if (entry.type === 'directory') await withPath(target, async () => makeFolder(target));
    else if (entry.type === 'file') yield [entry, target];
    else await progress.skip(printable(toBytes(entry.path).toString()), entry.type);
  }
}

async function* pieces({ files, signal }: Pull, { path, size }: FileInfo, onProgress: (at: { bytes: number }) => void) {
  if (size > limits.files.inlineBytes) {
    yield* await files.download(path, { signal, onProgress });
    return;
  }
  const bytes = await files.read(path, { signal });
  yield bytes;
  onProgress({ bytes: bytes.length });
}

/** Fetches a file beside its place, and renames it when it is whole. */
async function fetchFile(pull: Pull, info: FileInfo, to: Buffer): Promise<void> {
  // Its own name may be as long as names can be.
  const unfinished = below(folderOf(to), Buffer.from(`.matrx-${randomUUID().slice(0, 8)}.part`));
  const mode = Number.parseInt(info.mode, 8) & 0o777;
  try {
    await pipeline(pieces(pull, info, pull.progress.meter()), createWriteStream(unfinished, { flags: 'wx', mode }), {
      signal: pull.signal,
    });
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  pull.progress.file();
}

/**
 * What a copy is called here: as it was asked for, whatever the sandbox calls it. What was asked for without a name, as `..`, has the
 * one that the sandbox says; throws `bad_answer` for a hidden one, which could be that of settings.
 */
function nameOf(from: string, { path }: FileInfo): Buffer {
  const asked = lastName(Buffer.from(from));
  if (asked.length > 0) return asked;
  const told = lastName(toBytes(path));
  if (told.toString('latin1', 0, 1) !== '.') return told;
  throw new SandboxError('bad_answer', `the sandbox calls ${from} ${printable(told.toString())}: name a folder for it`);
}

/** Copies a file, or a folder with all that is below it, out of a sandbox: into `to` where that is a folder, else under that name. */
export async function pullFiles(pull: Pull, from: string, to: string): Promise<void> {
  const info = await pull.files.stat(from, { signal: pull.signal });
  const isFolder = await stat(to).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  const name = nameOf(from, info);
  const target = isFolder || to.endsWith('/') ? below(Buffer.from(to), name) : Buffer.from(to);
  await inTurn(contents(pull, info, target), atOnce, ([entry, path]) =>
    withPath(toBytes(entry.path), () => fetchFile(pull, entry, path), path),
  );
}

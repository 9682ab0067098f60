import { constants } from 'node:fs';
import { access, type FileHandle, link, lstat, open, realpath, rename, unlink } from 'node:fs/promises';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import type { HelperInputs } from '../../wire/operations.ts';
import type { Call } from '../call.ts';
import { entryAt, modeBits } from '../entry-of.ts';
import { errnoOf } from '../failure-of.ts';
import { FileFault } from '../file-fault.ts';
import { makeFolders } from '../make-folders.ts';
import { folderOf, nameOf, type Paths } from '../paths.ts';
import { unfinishedName } from '../unfinished-name.ts';
import { openFolder } from '../walk/open-folder.ts';

const fresh = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const usualMode = 0o644;

/** Takes the bytes into a file of its own and puts that in the place of the target: whole, or not at all. */
export async function writeFile(
  input: HelperInputs['write'],
  paths: Paths,
  call: Call,
): Promise<{ readonly entry: FileEntry; readonly created: boolean }> {
  const given = paths.resolve(input);
  if (given.at(-1) === 0x2f) throw new FileFault('wrong_file_type');
  await makeFolders(folderOf(given));
  const { target, mode } = await targetOf(given, input.if_none_match !== undefined);
  await using folder = await openFolder(folderOf(target));
  const unfinished = folder.at(unfinishedName(input.token));
  const place = folder.at(nameOf(target));
  try {
    await take(await open(unfinished, fresh, 0o600), call, input.mode ? modeBits(input.mode) : (mode ?? usualMode));
    if (input.if_none_match === undefined) await rename(unfinished, place);
    else await link(unfinished, place);
    return { entry: await entryAt(place, given), created: mode === undefined };
  } finally {
    await unlink(unfinished).catch(() => {});
  }
}

async function take(file: FileHandle, call: Call, mode: number): Promise<void> {
  await using _ = file;
  for await (const pieces of call.receivedTogether()) await writeAll(file, pieces);
  await file.chmod(mode);
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  for (let left = pieces; left.length > 0; ) left = after(left, (await file.writev(left)).bytesWritten);
}

/** What is left of pieces once so much of them is written. */
function after(pieces: readonly Buffer[], written: number): readonly Buffer[] {
  let rest = written;
  for (const [index, piece] of pieces.entries()) {
    if (rest < piece.length) return [piece.subarray(rest), ...pieces.slice(index + 1)];
    rest -= piece.length;
  }
  return [];
}

/** Where a write goes, links followed, and the mode of what is there. */
async function targetOf(path: Buffer, mustBeNew: boolean): Promise<{ target: Buffer; mode: number | undefined }> {
  const there = await lstat(path).catch((error) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
  if (!there) return { target: path, mode: undefined };
  if (mustBeNew) throw new FileFault('file_exists');
  const target = there.isSymbolicLink() ? await realpath(path, { encoding: 'buffer' }) : path;
  const stats = await lstat(target);
  if (!stats.isFile()) throw new FileFault('wrong_file_type');
  // It is replaced and not opened, so its own permission is asked for.
  await access(target, constants.W_OK);
  return { target, mode: stats.mode & 0o777 };
}

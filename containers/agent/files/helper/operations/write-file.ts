import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writev as writevThen,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import type { HelperInputs } from '../../wire/operations.ts';
import type { Call } from '../call.ts';
import { entryAt, modeBits } from '../entry-of.ts';
import { FileFault } from '../file-fault.ts';
import { makeFolders } from '../make-folders.ts';
import { folderOf, nameOf, type Paths } from '../paths.ts';
import { unfinishedName } from '../unfinished-name.ts';
import { openFolder } from '../walk/open-folder.ts';

const fresh = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const usualMode = 0o644;

// Only bytes are written by another thread: to hand over what the kernel does in microseconds costs ten times as much.
const writev = promisify(writevThen);

/** Takes the bytes into a file of its own and puts that in the place of the target: whole, or not at all. */
export async function writeFile(
  input: HelperInputs['write'],
  paths: Paths,
  call: Call,
): Promise<{ readonly entry: FileEntry; readonly created: boolean }> {
  const given = paths.resolve(input);
  if (given.at(-1) === 0x2f) throw new FileFault('wrong_file_type');
  makeFolders(folderOf(given));
  const { target, mode } = targetOf(given, input.if_none_match !== undefined);
  using folder = openFolder(folderOf(target));
  const unfinished = folder.at(unfinishedName(input.token));
  const place = folder.at(nameOf(target));
  try {
    await take(openSync(unfinished, fresh, 0o600), call, input.mode ? modeBits(input.mode) : (mode ?? usualMode));
    if (input.if_none_match === undefined) renameSync(unfinished, place);
    else linkSync(unfinished, place);
    return { entry: entryAt(place, given), created: mode === undefined };
  } finally {
    removeIfThere(unfinished);
  }
}

function removeIfThere(path: Buffer): void {
  try {
    unlinkSync(path);
  } catch {
    // It has its name, or somebody was faster.
  }
}

/** Closes the file in any case. */
async function take(file: number, call: Call, mode: number): Promise<void> {
  try {
    for await (const pieces of call.receivedTogether()) await writeAll(file, pieces);
    fchmodSync(file, mode);
  } finally {
    closeSync(file);
  }
}

async function writeAll(file: number, pieces: readonly Buffer[]): Promise<void> {
  for (let left = pieces; left.length > 0; ) left = after(left, (await writev(file, left)).bytesWritten);
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
function targetOf(path: Buffer, mustBeNew: boolean): { target: Buffer; mode: number | undefined } {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return { target: path, mode: undefined };
  if (mustBeNew) throw new FileFault('file_exists');
  const target = there.isSymbolicLink() ? realpathSync.native(path, { encoding: 'buffer' }) : path;
  const stats = lstatSync(target);
  if (!stats.isFile()) throw new FileFault('wrong_file_type');
  // It is replaced and not opened, so its own permission is asked for.
  accessSync(target, constants.W_OK);
  return { target, mode: stats.mode & 0o777 };
}

import type { SearchFiles } from '../../../../../contract/agent/files.ts';
import { limits } from '../../../../../contract/api/limits.ts';
import { errnoOf } from '../failure-of.ts';
import { FileFault } from '../file-fault.ts';
import { openFile } from '../open-file.ts';
import type { Folder } from '../walk/open-folder.ts';
import { walk } from '../walk/walk.ts';
import { linesOf } from './lines-of.ts';
import { lineMatcher } from './match-line.ts';
import { nameMatcher } from './match-name.ts';

/** A line that matches, or with `line` null a name. The path is from the folder that is searched. */
export interface Found {
  readonly path: Buffer;
  readonly line: number | null;
  readonly text: Buffer | null;
}

/** Looks through everything below a folder, hidden or not, in the order of the names. `onStep` is called at each name and line; it may throw. */
export async function* scanFolder(input: SearchFiles, folder: Folder, onStep: () => void): AsyncGenerator<Found> {
  const isNamed = input.name === undefined ? () => true : nameMatcher(input.name);
  const isMeant = lineMatcher(input);
  for await (const { path, at, isFolder } of walk(folder, { depth: limits.files.depth, onStep })) {
    if (!isNamed(path)) continue;
    if (isMeant === undefined) yield { path, line: null, text: null };
    else if (!isFolder) yield* scanFile(path, at, isMeant, onStep);
  }
}

async function* scanFile(
  path: Buffer,
  at: Buffer,
  isMeant: (line: Buffer) => boolean,
  onStep: () => void,
): AsyncGenerator<Found> {
  const file = await openQuietly(at);
  if (!file) return;
  await using _ = file;
  for await (const { number, line } of linesOf(file)) {
    onStep();
    if (isMeant(line)) yield { path, line: number, text: line };
  }
}

// What can't be read has nothing that could be found.
async function openQuietly(at: Buffer) {
  try {
    return (await openFile(at, { entry: true })).file;
  } catch (error) {
    if (error instanceof FileFault || errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

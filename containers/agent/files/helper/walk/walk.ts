import { Buffer } from 'node:buffer';
import { lstat } from 'node:fs/promises';
import { errnoOf } from '../failure-of.ts';
import { below } from '../paths.ts';
import { type Folder, openFolder } from './open-folder.ts';

/** One thing below the folder that is walked. */
export interface Step {
  /** From the folder that is walked. */
  readonly path: Buffer;
  /** A way to it, for as long as it is its turn. */
  readonly at: Buffer;
  readonly isFolder: boolean;
}

interface Options {
  /** How far down: 1 is what is in the folder itself. */
  readonly depth: number;
  /** Goes on behind this one. */
  readonly after?: Buffer | undefined;
  /** Called at each name; throws to end the walk. */
  readonly onStep: () => void;
}

const slash = 0x2f;

/**
 * Everything below a folder, depth first, names in the order of their bytes. It goes from open folder to open folder and
 * through no link, so that nobody can lead it elsewhere by swapping one for the other. What goes meanwhile is left out, and
 * so is what is in folders that can't be entered.
 */
export async function* walk(folder: Folder, { depth, after, onStep }: Options): AsyncGenerator<Step> {
  yield* within(folder, Buffer.alloc(0), depth, after && cut(after), onStep);
}

/** Where a page goes on: the first name of its path, and the rest behind it. */
interface Behind {
  readonly name: Buffer;
  readonly rest: Buffer | undefined;
}

function cut(path: Buffer): Behind {
  const at = path.indexOf(slash);
  return at < 0 ? { name: path, rest: undefined } : { name: path.subarray(0, at), rest: path.subarray(at + 1) };
}

async function* within(
  folder: Folder,
  path: Buffer,
  depth: number,
  after: Behind | undefined,
  onStep: () => void,
): AsyncGenerator<Step> {
  // The folder that is asked for has to be readable, those below it may be.
  const names = await (path.length === 0 ? folder.names() : folder.names().catch(none));
  for (const { name, rest } of from(names, after)) {
    onStep();
    const step = await stepAt(folder, path, name);
    if (!step) continue;
    if (rest === undefined) yield step;
    if (!step.isFolder || depth <= 1) continue;
    using deeper = enter(step.at);
    if (deeper) yield* within(deeper, step.path, depth - 1, rest || undefined, onStep);
  }
}

/** The names that a page has left. `rest` is of the one it ended at or below: that one was told, and what of it was too. */
function* from(names: readonly Buffer[], after: Behind | undefined) {
  for (const name of names) {
    const order = after ? Buffer.compare(name, after.name) : 1;
    if (order > 0) yield { name, rest: undefined };
    if (order === 0) yield { name, rest: after?.rest ? cut(after.rest) : (false as const) };
  }
}

async function stepAt(folder: Folder, path: Buffer, name: Buffer): Promise<Step | undefined> {
  const at = folder.at(name);
  const isFolder = await isFolderAt(at);
  return isFolder === undefined ? undefined : { path: below(path, name), at, isFolder };
}

async function isFolderAt(at: Buffer): Promise<boolean | undefined> {
  try {
    return (await lstat(at)).isDirectory();
  } catch (error) {
    if (isPassedBy(error)) return undefined;
    throw error;
  }
}

const passedBy = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ESRCH', 'EINVAL']);

/** What has gone, has become something else, or is nothing to this user, is no failure of a walk. */
export function isPassedBy(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno !== undefined && passedBy.has(errno);
}

function none(error: unknown): Buffer[] {
  if (isPassedBy(error)) return [];
  throw error;
}

function enter(at: Buffer): Folder | undefined {
  try {
    return openFolder(at, { entry: true });
  } catch (error) {
    if (isPassedBy(error)) return undefined;
    throw error;
  }
}

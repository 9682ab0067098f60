import { Buffer } from 'node:buffer';
import type { ListFiles } from '../../../../../contract/agent/files.ts';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import type { Call } from '../call.ts';
import { entryAt } from '../entry-of.ts';
import { below, type Paths } from '../paths.ts';
import { openFolder } from '../walk/open-folder.ts';
import { isPassedBy, walk } from '../walk/walk.ts';

// A page of very long paths is shorter than was asked for.
const pageBytes = 1024 * 1024;

/** Sends the entries of a page, and answers where the next begins. */
export async function listFiles(input: ListFiles, paths: Paths, call: Call): Promise<{ next_cursor: string | null }> {
  const root = paths.resolve(input);
  using folder = openFolder(root);
  const after = input.cursor === undefined ? undefined : Buffer.from(input.cursor, 'base64url');
  let [entries, bytes] = [0, 0];
  let last: Buffer | undefined;
  for await (const { path, at } of walk(folder, { depth: input.depth, after, onStep: () => call.beat() })) {
    if (last && (entries >= input.limit || bytes >= pageBytes)) return { next_cursor: last.toString('base64url') };
    const entry = entryThere(at, below(root, path));
    if (!entry) continue;
    await call.item(entry);
    entries++;
    bytes += 2 * path.length + 256;
    last = path;
  }
  return { next_cursor: null };
}

function entryThere(at: Buffer, shown: Buffer): FileEntry | undefined {
  try {
    return entryAt(at, shown);
  } catch (error) {
    // It has gone, or become something else, since it was seen.
    if (isPassedBy(error)) return undefined;
    throw error;
  }
}

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileFault } from './file-fault.ts';

// A FIFO that nobody writes to opens at once, and is then seen to be none.
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a regular file to read: the one a path leads to, or with `entry` the one it names, a link being none. Rejects with
 * `wrong_file_type` for anything else.
 */
export async function openFile(
  path: Buffer,
  { entry = false } = {},
): Promise<{ readonly file: FileHandle; readonly stats: Stats }> {
  const file = await open(path, entry ? reading | constants.O_NOFOLLOW : reading);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new FileFault('wrong_file_type');
    return { file, stats };
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

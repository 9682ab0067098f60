import { Buffer } from 'node:buffer';
import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ServiceError } from './service-error.ts';

// A Unix socket's path has room for 107 bytes, and those of the tasks add 45 to the folder's.
const longestPath = 62;

/** Makes the data folder, for its owner alone; answers its real path. Throws ServiceError when it can't be used. */
export async function prepareFolder(given: string): Promise<string> {
  const wanted = resolve(given);
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(`the data folder can't be used: ${reason}`, 'choose another one with --data', cause);
  }
  const folder = await realpath(wanted);
  if (Buffer.byteLength(folder) > longestPath) {
    throw new ServiceError(
      `the path of the data folder is longer than ${longestPath} bytes, too long for the sockets in it: ${folder}`,
      'choose a shorter one with --data',
    );
  }
  return folder;
}

import { closeSync, constants, openSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';

// A Unix socket's address has room for 107 bytes of path.
const longestAddress = 107;

/**
 * Listens on a Unix socket at a path of any length, in the place of one that a killed process left there. The kernel's
 * bound is on the address a socket is bound to, not on where it lies: a longer path is named by its open folder, on
 * Linux. Disposing closes the server, its connections aside, and removes the socket.
 */
export async function listenAt(server: Server, path: string): Promise<AsyncDisposable> {
  rmSync(path, { force: true });
  const isShort = Buffer.byteLength(path) <= longestAddress || process.platform !== 'linux';
  const folder = isShort ? undefined : openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  const address = folder === undefined ? path : join(`/proc/self/fd/${folder}`, basename(path));
  const release = () => {
    if (folder !== undefined) closeSync(folder);
  };
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
  } catch (error) {
    release();
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      // Node removes the socket by its address, so the folder stays open until then.
      await new Promise((resolve) => server.close(resolve));
      release();
    },
  };
}

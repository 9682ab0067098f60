import { chmod, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { dirname } from 'node:path';

/** Listens on a Unix socket that root alone can connect to, in a folder that root alone can enter. */
export async function listenPrivate(server: Pick<Server, 'listen' | 'once' | 'off'>, path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await rm(path, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  // The socket is bound within the call, with the mask of that moment: there is no time at which it is open to others.
  const mask = process.umask(0o177);
  server.listen(path, () => resolve());
  process.umask(mask);
  await promise;
  server.off('error', reject);
}

import { constants } from 'node:fs';
import { access, mkdir, realpath, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ServiceError } from '../service-error.ts';

// Magic numbers of Linux's file systems that are views of the kernel; see statfs(2). Node's recursive mkdir never ends
// below /proc.
const kernelViews: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
]);

/** Makes the data folder, for its owner alone; answers its real path. Throws ServiceError when it can't be used. */
export async function prepareFolder(given: string): Promise<string> {
  const wanted = resolve(given);
  try {
    const above = await nearestPresent(wanted);
    if (kernelViews.has((await statfs(above)).type)) throw new Error(`${above} holds no files of users`);
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(`the data folder can't be used: ${reason}`, 'choose another one with --data', cause);
  }
  return realpath(wanted);
}

async function nearestPresent(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) throw error;
    return nearestPresent(dirname(path));
  }
}

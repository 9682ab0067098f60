import { posix } from 'node:path';
import { nameOf } from '../paths.ts';

/** Whether a path, from the folder that is searched, is meant by a glob: by its name, or as a whole where the glob has a slash. */
export function nameMatcher(glob: string): (path: Buffer) => boolean {
  const whole = glob.includes('/');
  return (path) => posix.matchesGlob((whole ? path : nameOf(path)).toString(), glob);
}

import { join } from 'node:path';
import { type Bundle, buildBundle } from '../../local/build/build-bundle.ts';

const root = join(import.meta.dirname, '../..');

/** Where tests have their bundles: shared by all processes, so that only the first one has anything to build. */
export const buildDir = join(root, 'node_modules/.cache/matrx-build');

const built = new Map<string, Promise<unknown>>();

/** Where a bundle lies, by its path below that folder; made where it isn't, and asked about once in a process. */
export async function builtOnce(path: string, bundle: Omit<Bundle, 'outfile'>): Promise<string> {
  const outfile = join(buildDir, path);
  const making = built.get(path) ?? buildBundle(root, { outfile, ...bundle });
  built.set(path, making);
  await making;
  return outfile;
}

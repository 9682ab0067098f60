import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { bundling, type FunctionName, functions } from '../../contract/deployment.ts';

const root = join(import.meta.dirname, '../..');

/** Makes `index.mjs` and its source map in the folder, as the function is deployed. Throws with esbuild's own messages. */
export function bundleFunction(name: FunctionName, folder: string, external: readonly string[] = []): Metafile {
  const { metafile } = buildSync({
    ...bundling,
    mainFields: [...bundling.mainFields],
    external: [...external],
    absWorkingDir: root,
    entryPoints: [functions[name].entry],
    outfile: join(folder, 'index.mjs'),
    metafile: true,
    logLevel: 'silent',
  });
  return metafile;
}

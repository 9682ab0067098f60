import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { type FunctionName, functions } from '../../contract/deployment.ts';
import { functionBundle } from '../../lambdas/bundle.ts';

const root = join(import.meta.dirname, '../..');

/** Makes `index.mjs` and its source map in the folder, as the function is deployed. Rejects with esbuild's own messages. */
export async function bundleFunction(
  name: FunctionName,
  folder: string,
  external: readonly string[] = [],
): Promise<Metafile> {
  const { metafile } = await build({
    ...functionBundle(functions[name].entry),
    external: [...external],
    absWorkingDir: root,
    outfile: join(folder, 'index.mjs'),
    metafile: true,
    logLevel: 'silent',
  });
  return metafile;
}

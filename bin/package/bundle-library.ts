import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  metafile: true,
  logLevel: 'silent',
  legalComments: 'none',
} as const satisfies BuildOptions;

/** What only Node can do is left out; nothing asks for it elsewhere. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup(build) {
    build.onResolve({ filter: /^(\.\.?\/)+node\// }, ({ path }) => ({ path, namespace: 'without-node' }));
    build.onLoad({ filter: /.*/, namespace: 'without-node' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is for Node`)});`,
    }));
  },
};

// Browsers that don't know these yet would make one method named "undefined" of all that are named by them.
const disposeSymbols = ['dispose', 'asyncDispose']
  .map((name) => `Symbol.${name} ?? Object.defineProperty(Symbol, '${name}', { value: Symbol.for('Symbol.${name}') });`)
  .join('\n');

/** Bundles library and command line into `node/` and the library into `browser/`, with all they import. Throws esbuild's own messages. */
export async function bundleLibrary(folder: string): Promise<Metafile[]> {
  const node = await build({
    ...shared,
    entryPoints: { index: 'client/index.ts', matrx: 'bin/matrx.ts' },
    outdir: join(folder, 'node'),
    platform: 'node',
    target: 'node20',
    splitting: true,
  });
  const browser = await build({
    ...shared,
    entryPoints: { index: 'client/index.ts' },
    outdir: join(folder, 'browser'),
    platform: 'browser',
    target: 'es2022',
    banner: { js: disposeSymbols },
    plugins: [withoutNode],
  });
  return [node.metafile, browser.metafile];
}

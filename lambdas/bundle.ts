// How a function becomes one file. The deployment and the local service build it by these very options.

import { readFile } from 'node:fs/promises';
import type { BuildOptions, Plugin } from 'esbuild';
import { bundling } from '../contract/deployment.ts';

/**
 * The SDK writes `{ [_hH]: … }` for `{ httpHeader: … }`. To read a constant might do something, as far as esbuild knows, so the schemas
 * of operations that nobody calls would all stay in the bundle.
 */
const literalSchemaKeys: Plugin = {
  name: 'literal-schema-keys',
  setup(build) {
    build.onLoad({ filter: /\/@aws-sdk\/client-[^/]+\/dist-es\/schemas\/[^/]+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const constants = new Map(
        Array.from(source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm), ([, name, literal]) => [name, literal]),
      );
      return { contents: source.replaceAll(/\[(_\w+)\]:/g, (key, name) => `${constants.get(name) ?? key}:`) };
    });
  },
};

/** Everything esbuild needs but where to write; paths are relative to the repository. */
export const functionBundle = (entry: string) =>
  ({
    ...bundling,
    mainFields: [...bundling.mainFields],
    entryPoints: [entry],
    plugins: [literalSchemaKeys],
  }) satisfies BuildOptions;

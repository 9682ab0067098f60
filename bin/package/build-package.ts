import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleLibrary } from './bundle-library.ts';
import { declareTypes } from './declare-types.ts';
import { notices } from './notices.ts';

const root = join(import.meta.dirname, '../..');

/** What the package says of itself: the project's own words, and where what is. */
function manifest(): object {
  const { name, version, description, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const browser = './browser/index.js';
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=20' },
    sideEffects: false,
    bin: { matrx: 'node/matrx.js' },
    types: './types/client/index.d.ts',
    // The first that fits counts: some that run no Node call themselves so as well.
    exports: {
      '.': {
        types: './types/client/index.d.ts',
        workerd: browser,
        'edge-light': browser,
        browser,
        node: './node/index.js',
        default: browser,
      },
      './package.json': './package.json',
    },
  };
}

/** Makes the package of library and command line in `folder`, in the place of what was there: JavaScript and types, nothing to install beside. */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const metafiles = await bundleLibrary(folder);
  declareTypes(join(folder, 'types'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
  writeFileSync(join(folder, 'THIRD-PARTY.md'), notices(metafiles));
  cpSync(join(root, 'docs/library.md'), join(folder, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

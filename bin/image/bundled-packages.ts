import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { imageBundles } from '../../containers/sandbox/bundles.ts';
import type { InstalledPackage } from '../../containers/sandbox/inventory.ts';

const root = join(import.meta.dirname, '../..');

/** The npm packages that the agent's own files are bundled from, as they are installed here. */
export function bundledPackages(): InstalledPackage[] {
  const inputs = imageBundles.flatMap(({ build }) => {
    const { metafile } = buildSync({ ...build, absWorkingDir: root, write: false, metafile: true, logLevel: 'silent' });
    return Object.keys(metafile.inputs);
  });
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined && existsSync(join(root, folder, 'package.json')))
    .map((folder) => JSON.parse(readFileSync(join(root, folder ?? '', 'package.json'), 'utf8')))
    .map(({ name, version, license }) => ({ name, version, license }));
}

// `npm run pack`: the library and the command line as one package, `dist/*.tgz`, to be installed or published.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildPackage } from './package/build-package.ts';

const dist = join(import.meta.dirname, '../dist');
const folder = join(dist, 'package');

await buildPackage(folder);
const { status } = spawnSync('npm', ['pack', '--pack-destination', dist], { cwd: folder, stdio: 'inherit' });
process.exitCode = status ?? 1;

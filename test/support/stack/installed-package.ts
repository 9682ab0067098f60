import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage } from '../../../bin/package/build-package.ts';

/** The package, built, packed, and installed in a folder of its own as anybody would who has no network. */
export interface InstalledPackage extends Disposable {
  /** Where it is installed, with files of the test's own. */
  readonly folder: string;
  write(name: string, text: string): string;
}

/** Disposing removes all of it. Throws what npm says. */
export async function installPackage(): Promise<InstalledPackage> {
  const root = mkdtempSync(join(tmpdir(), 'matrx-package-'));
  const folder = join(root, 'consumer');
  const built = join(root, 'built');
  await buildPackage(built);
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  const tarball = npm(built, 'pack', '--silent', '--pack-destination', root).trim();
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', join(root, tarball));
  return {
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

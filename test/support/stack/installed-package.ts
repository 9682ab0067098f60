import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '../../../bin/package/build-package.ts';

const run = promisify(execFile);
const npmMs = 50_000;

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
  const npm = async (cwd: string, ...args: string[]) => (await run('npm', args, { cwd, timeout: npmMs })).stdout.trim();
  const tarball = await npm(built, 'pack', '--silent', '--pack-destination', root);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  await npm(folder, 'install', '--offline', '--no-audit', '--no-fund', join(root, tarball));
  return {
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { imageBundles } from './bundles.ts';

const root = join(import.meta.dirname, '../..');

/** Fills an empty folder with what the Dockerfile is built from. Answers a hash of it: the same content, the same hash. */
export function prepareContext(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  for (const { file, mode, build } of imageBundles) {
    const outfile = join(folder, 'opt/matrx', file);
    const options: BuildOptions = { ...build, absWorkingDir: root, outfile, logLevel: 'silent' };
    buildSync(options);
    chmodSync(outfile, mode);
  }
  for (const name of ['rootfs', 'browser']) {
    cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
  }
  cpSync(join(import.meta.dirname, 'Dockerfile'), join(folder, 'Dockerfile'));
  return hashOf(folder);
}

function hashOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const path of files) {
    const content = readFileSync(join(folder, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

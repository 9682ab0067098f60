import { execFile } from 'node:child_process';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { below } from '../../../containers/agent/files/helper/paths.ts';

const exec = promisify(execFile);
const root = Buffer.from('');

/** Runs a script in a home as the sandbox's user. */
export const asUser = (folder: string, script: string) =>
  exec('setpriv', ['--reuid=1000', '--regid=1000', '--clear-groups', '/bin/bash', '-ec', script], { cwd: folder });

/** Everything in a home, each thing with all that is saved of it, in the order of their names. */
export async function describeHome(folder: string): Promise<string[]> {
  const found: string[] = [];
  await describe(Buffer.from(folder), root, found);
  return found;
}

async function describe(folder: Buffer, path: Buffer, found: string[]): Promise<void> {
  const names = (await readdir(below(folder, path), { encoding: 'buffer' })).sort(Buffer.compare);
  for (const name of names) {
    const own = path.length === 0 ? name : below(path, name);
    const at = below(folder, own);
    const stats = await lstat(at, { bigint: true });
    const mode = (Number(stats.mode) & 0o7777).toString(8);
    const line = `${own.toString('latin1')} ${stats.mtimeNs / 1_000n}`;
    if (stats.isSymbolicLink()) {
      found.push(`${line} -> ${(await readlink(at, { encoding: 'buffer' })).toString('latin1')}`);
    } else if (stats.isFile()) {
      found.push(`${line} ${mode} ${(await readFile(at)).toString('base64').slice(0, 400)} ${stats.size}`);
    } else {
      found.push(`${line} ${mode} /`);
      await describe(folder, own, found);
    }
  }
}

import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { writeAtomically } from '../write-atomically.ts';

/** What a caller on this machine needs to know; `local.json` in the data folder holds it while the service runs. */
export interface LocalFile {
  readonly url: string;
  readonly region: string;
  readonly service: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly person: { readonly user_id: string; readonly token: string };
  readonly admin: { readonly token: string };
  readonly engine: string;
  readonly pid: number;
}

/** Writes `local.json` for its owner's eyes; it goes when the service does, unless that is killed. */
export async function announce(dataDir: string, content: Omit<LocalFile, 'pid'>): Promise<AsyncDisposable> {
  const path = join(dataDir, 'local.json');
  await writeAtomically(path, `${JSON.stringify({ ...content, pid: process.pid }, undefined, 2)}\n`);
  const removeAtOnce = () => rmSync(path, { force: true });
  process.once('exit', removeAtOnce);
  return {
    async [Symbol.asyncDispose]() {
      process.off('exit', removeAtOnce);
      await rm(path, { force: true });
    },
  };
}

import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerClient } from '../api/docker-client.ts';
import { isGone } from '../api/docker-error.ts';
import { readProgress } from '../api/read-progress.ts';
import { type TarEntry, tarArchive } from './tar.ts';

/** Where the image comes from that machines are made of. */
export interface ImageSource {
  /** Makes sure the engine has it; answers its name. `onProgress` hears what takes long. Rejects with the engine's words. */
  ensure(client: DockerClient, onProgress: (line: string) => void): Promise<string>;
}

async function has(client: DockerClient, name: string): Promise<boolean> {
  try {
    await client.call('GET', `/images/${encodeURIComponent(name)}/json`);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** An image of the engine's, or one it can pull. */
export const namedImage = (name: string): ImageSource => ({
  async ensure(client, onProgress) {
    if (await has(client, name)) return name;
    const query = { fromImage: name, ...(/[:@][^/]+$/.test(name) ? {} : { tag: 'latest' }) };
    await readProgress(await client.stream('/images/create', query), (line) => onProgress(`Pulling ${name}: ${line}`));
    return name;
  },
});

export interface BuiltImageOptions {
  /** Fills a folder with a Dockerfile and what it needs; answers a hash of it. */
  readonly prepareContext: (folder: string) => string;
  /** A folder of its own for that. */
  readonly folder: string;
  /** A stage of the Dockerfile. */
  readonly target: string;
  /** In the place of the Dockerfile's own, for mirrors. @default none */
  readonly buildArguments?: Readonly<Record<string, string>>;
}

/** An image of our own, built where the engine doesn't have it: the first time, that takes minutes. */
export const builtImage = ({
  prepareContext,
  folder,
  target,
  buildArguments = {},
}: BuiltImageOptions): ImageSource => ({
  async ensure(client, onProgress) {
    const content = prepareContext(folder);
    const hash = createHash('sha256')
      .update(JSON.stringify([content, buildArguments]))
      .digest('hex')
      .slice(0, 16);
    const name = `matrx-sandbox:${target}-${hash}`;
    if (await has(client, name)) return name;
    const buildargs = JSON.stringify(buildArguments);
    const query = { t: name, target, buildargs, rm: true, forcerm: true };
    const response = await client.upload('POST', '/build', tarArchive(entriesOf(folder)), query);
    await readProgress(response, (line) => {
      if (line.startsWith('Step ')) onProgress(`Building the image ${target}: ${line}`);
    });
    return name;
  },
});

function entriesOf(folder: string): TarEntry[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => ({ path, from: join(folder, path), found: statSync(join(folder, path)) }))
    .map(({ path, from, found }) => ({
      path,
      mode: found.mode & 0o777,
      ...(found.isDirectory() ? { folder: true } : { from }),
    }));
}

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { MachineParts } from '../../machine-parts.ts';
import type { DockerClient } from '../api/docker-client.ts';
import { DockerError, isGone } from '../api/docker-error.ts';
import type { Owner } from '../lifecycle/labels.ts';
import { partEntries } from '../machine-files.ts';
import { type TarEntry, tarArchive } from './tar.ts';

/** An image machines can be started from. */
export interface MachineImage {
  readonly id: string;
  /** What it sets, each `NAME=value`. */
  readonly environment: readonly string[];
}

interface ImageDetails {
  readonly Id: string;
  readonly Config: { readonly Env: readonly string[] | null };
}

const inspectImage = (client: DockerClient, name: string) =>
  client.call<ImageDetails>('GET', `/images/${encodeURIComponent(name)}/json`);

/** Names the layer by what is in it. A Node is told from another by its size and time: it is large and seldom changes. */
async function hashOf(base: string, entries: readonly TarEntry[], nodePath: string): Promise<string> {
  const hash = createHash('sha256').update(base);
  for (const entry of entries) {
    hash.update(`\0${entry.path}\0`);
    if (!('from' in entry)) continue;
    const { size, mtimeMs } = statSync(entry.from);
    hash.update(entry.from === nodePath ? `${size} ${mtimeMs}` : await readFile(entry.from));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Lays our own files over an image, as an image of the data folder's own, and removes the ones it had before. A machine
 * then shows nothing of the host but its link, and a new build doesn't change one that runs.
 */
export async function prepareMachineImage(
  client: DockerClient,
  baseName: string,
  parts: MachineParts,
  owner: Owner,
): Promise<MachineImage> {
  const base = await inspectImage(client, baseName);
  const environment = base.Config.Env ?? [];
  const tag = await hashOf(base.Id, partEntries(parts, true), parts.node);
  const name = `${owner.name}:${tag}`;
  const found = await inspectImage(client, name).catch((error) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (found) return { id: found.Id, environment };
  const id = await commitLayer(client, base.Id, parts, owner, tag);
  await removeOthers(client, id, owner);
  return { id, environment };
}

async function commitLayer(client: DockerClient, base: string, parts: MachineParts, owner: Owner, tag: string) {
  const body = { Image: base, Labels: owner.labels, User: '0:0', WorkingDir: '/', Entrypoint: ['/bin/sh'], Cmd: null };
  const { Id: container } = await client.call<{ Id: string }>('POST', '/containers/create', { body });
  try {
    const withNode = !(await hasNode(client, container));
    const archive = tarArchive(partEntries(parts, withNode));
    (await client.upload('PUT', `/containers/${container}/archive`, archive, { path: '/' })).resume();
    const query = { container, repo: owner.name, tag };
    return (await client.call<{ Id: string }>('POST', '/commit', { query, body: {} })).Id;
  } finally {
    await client.call('DELETE', `/containers/${container}`, { query: { force: true, v: true } });
  }
}

async function hasNode(client: DockerClient, container: string): Promise<boolean> {
  try {
    await client.call('HEAD', `/containers/${container}/archive`, { query: { path: '/opt/matrx/bin/node' } });
    return true;
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return false;
    throw error;
  }
}

async function removeOthers(client: DockerClient, id: string, owner: Owner): Promise<void> {
  const images = await client.call<{ Id: string }[]>('GET', '/images/json', { query: { filters: owner.filters } });
  for (const { Id } of images) {
    if (Id === id) continue;
    // One that a machine still runs from stays until the next change.
    await client.call('DELETE', `/images/${Id}`, { query: { force: false } }).catch((error) => {
      if (!isGone(error)) throw error;
    });
  }
}

import type { DockerClient } from './docker-client.ts';
import { isGone } from './docker-error.ts';
import type { Owner } from './labels.ts';

/** Removes the containers of a data folder that aren't in use, running or not, and its network unless one of those is. */
export async function sweepDocker(client: DockerClient, owner: Owner, inUse: ReadonlySet<string>): Promise<void> {
  const query = { filters: owner.filters };
  const containers = await client.call<{ Id: string }[]>('GET', '/containers/json', { query: { ...query, all: true } });
  for (const { Id } of containers) {
    if (!inUse.has(Id)) await remove(client, `/containers/${Id}`);
  }
  const networks = await client.call<{ Id: string }[]>('GET', '/networks', { query });
  // One in use can't be removed, and isn't.
  for (const { Id } of networks) if (inUse.size === 0) await remove(client, `/networks/${Id}`);
}

async function remove(client: DockerClient, path: string): Promise<void> {
  try {
    await client.call('DELETE', path, path.startsWith('/containers') ? { query: { force: true, v: true } } : {});
  } catch (error) {
    // Gone between the look and the removal, or being removed already.
    if (!isGone(error)) throw error;
  }
}

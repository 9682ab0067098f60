import type { DockerClient } from './api/docker-client.ts';
import type { Owner } from './lifecycle/labels.ts';
import { removeContainer } from './lifecycle/start-container.ts';
import { removeNetwork } from './public-network.ts';

/** Removes the containers of a data folder that aren't in use, running or not, and its network unless one is. */
export async function sweepDocker(client: DockerClient, owner: Owner, inUse: ReadonlySet<string>): Promise<void> {
  const query = { filters: owner.filters };
  const containers = await client.call<{ Id: string }[]>('GET', '/containers/json', { query: { ...query, all: true } });
  for (const { Id } of containers) if (!inUse.has(Id)) await removeContainer(client, Id);
  if (inUse.size > 0) return;
  const networks = await client.call<{ Id: string }[]>('GET', '/networks', { query });
  for (const { Id } of networks) await removeNetwork(client, Id);
}

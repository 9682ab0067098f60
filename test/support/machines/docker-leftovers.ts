import { ownerOf } from '../../../local/engines/docker/lifecycle/labels.ts';
import { dockerClient } from './docker-engine.ts';

/** Whatever a data folder's machines have left in the engine: nothing, once all of them have ended. */
export async function dockerLeftovers(dataDir: string): Promise<string[]> {
  const client = dockerClient();
  const { filters } = ownerOf(dataDir);
  const containers = await client.call<{ Names: string[] }[]>('GET', '/containers/json', {
    query: { filters, all: true },
  });
  const networks = await client.call<{ Name: string }[]>('GET', '/networks', { query: { filters } });
  return [
    ...containers.map(({ Names }) => `container ${Names.join()}`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ];
}

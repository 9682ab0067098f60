import { inject } from 'vitest';
import { DockerClient } from '../../../local/engines/docker/api/docker-client.ts';
import { createDockerEngine, type DockerEngineOptions } from '../../../local/engines/docker/docker-engine.ts';
import { findDocker } from '../../../local/engines/docker/find-docker.ts';
import { namedImage } from '../../../local/engines/docker/images/image-source.ts';
import { ownerOf } from '../../../local/engines/docker/lifecycle/labels.ts';
import { probeDocker } from '../../../local/engines/docker/probe-docker.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import type { MachineHost } from './machine-fixture.ts';

const dockerAddress = findDocker(process.env);

/** The image that tests start machines from. */
export const testImage = inject('image');

const found = await probeDocker(dockerAddress);

/** Whether a Docker engine answers here. Where none does, the tests that need it are skipped. */
export const dockerHere = found.ok;
if (!found.ok) console.warn(`skipped, no Docker here: ${found.reason} (${found.fix})`);

/** A client for the engine that the tests use. */
export function dockerClient(): DockerClient {
  if ('unusable' in dockerAddress) throw new Error(dockerAddress.unusable);
  return new DockerClient(dockerAddress.socketPath);
}

const dataDirs = new Set<string>();

/** An engine of the host's own folder on that image. */
export function dockerEngine(host: MachineHost, options: Partial<DockerEngineOptions> = {}): Engine {
  dataDirs.add(host.dataDir);
  const image = namedImage(testImage);
  return createDockerEngine({ dataDir: host.dataDir, parts: host.parts, address: dockerAddress, image, ...options });
}

/** Removes the images that a folder's machines were started from: a service keeps the newest for its next start. */
export async function removeImagesOf(dataDir: string): Promise<void> {
  if (!dockerHere) return;
  const client = dockerClient();
  const { filters } = ownerOf(dataDir);
  const images = await client.call<{ Id: string }[]>('GET', '/images/json', { query: { filters } });
  for (const { Id } of images) await client.call('DELETE', `/images/${Id}`, { query: { force: true } });
}

/** For `afterAll`: the same for all engines of the file. */
export async function removeTestImages(): Promise<void> {
  for (const dataDir of dataDirs) await removeImagesOf(dataDir);
}

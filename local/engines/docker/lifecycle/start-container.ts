import type { MachineSpec } from '../../engine.ts';
import type { DockerClient } from '../api/docker-client.ts';
import { isGone } from '../api/docker-error.ts';
import type { StartedContainer } from '../docker-machine.ts';
import { tarArchive } from '../images/tar.ts';
import { givenEntries } from '../machine-files.ts';
import { type ContainerChoices, containerSettings, machineEnvironment } from './container-settings.ts';

/** Removes a container, running or not. One that is gone, or going, is as good as removed. */
export async function removeContainer(client: DockerClient, id: string): Promise<void> {
  try {
    await client.call('DELETE', `/containers/${id}`, { query: { force: true, v: true } });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * Starts a machine's container, whose command waits for a line of input; `created` hears of it before anything else can
 * fail. Rejects with the engine's words, and the container is the caller's to remove.
 */
export async function startContainer(
  client: DockerClient,
  name: string,
  spec: MachineSpec,
  choices: ContainerChoices,
  created: (id: string) => void,
): Promise<StartedContainer> {
  const body = containerSettings(spec, choices);
  const { Id: id } = await client.call<{ Id: string }>('POST', '/containers/create', { query: { name }, body });
  created(id);
  const files = tarArchive(givenEntries(spec.files));
  (await client.upload('PUT', `/containers/${id}/archive`, files, { path: '/' })).resume();
  // Before the start, so that not a byte of its output is missed.
  const wire = await client.hijack(`/containers/${id}/attach`, { query: { stream: true, stdin: true, stdout: true } });
  wire.on('error', () => wire.destroy());
  try {
    await client.call('POST', `/containers/${id}/start`);
  } catch (error) {
    wire.destroy();
    throw error;
  }
  return { client, id, wire, environment: machineEnvironment(spec, choices.image) };
}

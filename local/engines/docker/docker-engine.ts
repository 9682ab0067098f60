import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkSpec } from '../check-spec.ts';
import type { Engine, Machine, MachineSpec, Network } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { MachineParts } from '../machine-parts.ts';
import { containerSettings, machineEnvironment } from './container-settings.ts';
import { DockerClient } from './docker-client.ts';
import { isGone } from './docker-error.ts';
import { DockerMachine } from './docker-machine.ts';
import type { DockerAddress } from './find-docker.ts';
import type { ImageSource } from './image-source.ts';
import { ownerOf } from './labels.ts';
import { givenEntries } from './machine-files.ts';
import { type MachineImage, prepareMachineImage } from './machine-image.ts';
import { probeDocker } from './probe-docker.ts';
import { PublicNetwork } from './public-network.ts';
import { sweepDocker } from './sweep-docker.ts';
import { tarArchive } from './tar.ts';

export interface DockerEngineOptions {
  /** Tells our containers from those of other services. One engine at a time uses it. */
  readonly dataDir: string;
  readonly parts: MachineParts;
  readonly address: DockerAddress;
  readonly image: ImageSource;
  /**
   * Processes and threads a machine may have.
   * @default 2048
   */
  readonly maxProcesses?: number;
  /**
   * Hears of what an ended machine left and `sweep` has to remove.
   * @default a warning of the process
   */
  readonly onLeftover?: (error: unknown) => void;
}

const networks: readonly Network[] = ['none', 'internet', 'host'];

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/**
 * Makes the link one that a machine's root can open though the service isn't root. Inside, the folder it lies in is
 * root's alone; here, its folder has to be the service's alone.
 */
function openToRoot(linkSocket: string): void {
  if (process.getuid?.() === 0) return;
  if ((statSync(dirname(linkSocket)).mode & 0o077) !== 0) {
    const rule = 'expected a socket in a folder that its owner alone may enter';
    throw new EngineError('invalid_spec', `linkSocket is "${linkSocket}", ${rule}`);
  }
  chmodSync(linkSocket, 0o666);
}

/** Isolated Linux machines as containers of a Docker engine on this host. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  const { parts, address, maxProcesses = 2048, onLeftover = (error) => process.emitWarning(String(error)) } = options;
  mkdirSync(options.dataDir, { recursive: true });
  const owner = ownerOf(realpathSync(options.dataDir));
  const client = new DockerClient('socketPath' in address ? address.socketPath : '');
  const network = new PublicNetwork(client, owner);
  const ids = new Set<string>();
  const containers = new Set<string>();

  let image: Promise<MachineImage> | undefined;
  const prepareImage = async (onProgress: (line: string) => void) =>
    prepareMachineImage(client, await options.image.ensure(client, onProgress), parts, owner);
  const prepare = (onProgress: (line: string) => void) => {
    image ??= prepareImage(onProgress).catch((error) => {
      image = undefined;
      throw error;
    });
    return image;
  };

  const remove = async (container: string) => {
    await client.call('DELETE', `/containers/${container}`, { query: { force: true, v: true } }).catch((error) => {
      if (!isGone(error)) throw error;
    });
    containers.delete(container);
  };

  const build = async (spec: MachineSpec): Promise<Machine> => {
    await using undo = new AsyncDisposableStack();
    ids.add(spec.id);
    undo.defer(() => void ids.delete(spec.id));
    const { id: imageId, environment: imageEnvironment } = await prepare(() => {});
    openToRoot(spec.linkSocket);

    const isPublic = spec.network === 'internet';
    const networkMode = isPublic ? await network.join() : spec.network;
    if (isPublic) undo.defer(() => network.leave());
    const choices = { image: imageId, imageEnvironment, networkMode, maxProcesses, labels: owner.labels };
    const { Id: container } = await client.call<{ Id: string }>('POST', '/containers/create', {
      query: { name: `${owner.name}-${spec.id}` },
      body: containerSettings(spec, choices),
    });
    containers.add(container);
    undo.defer(() => remove(container));
    const files = tarArchive(givenEntries(spec.files));
    (await client.upload('PUT', `/containers/${container}/archive`, files, { path: '/' })).resume();
    const query = { stream: true, stdin: true, stdout: true };
    const wire = await client.hijack(`/containers/${container}/attach`, { query });
    wire.on('error', () => wire.destroy());
    undo.defer(() => void wire.destroy());
    await client.call('POST', `/containers/${container}/start`);
    if (isPublic) await network.confine(container, imageId);

    const machine = new DockerMachine(
      spec,
      { client, id: container, wire, environment: machineEnvironment(spec, imageEnvironment) },
      (
        (cleanup) => () =>
          cleanup.disposeAsync().catch(onLeftover)
      )(undo.move()),
    );
    wire.write('\n');
    return machine;
  };

  const start = async (spec: MachineSpec): Promise<Machine> => {
    checkSpec(spec, networks);
    if (ids.has(spec.id)) throw new EngineError('id_in_use', `the machine ${spec.id} is running already`);
    try {
      return await build(spec);
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw new EngineError('start_failed', `the machine ${spec.id} could not be started: ${reasonOf(cause)}`, {
        cause,
      });
    }
  };

  return {
    name: 'docker',
    networks,
    probe: () => probeDocker(address),
    prepare: async (onProgress) => void (await prepare(onProgress)),
    start,
    sweep: () => sweepDocker(client, owner, containers),
  };
}

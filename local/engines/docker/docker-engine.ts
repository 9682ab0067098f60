import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkSpec } from '../check-spec.ts';
import type { Engine, Machine, MachineSpec, Network } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { MachineParts } from '../machine-parts.ts';
import { DockerClient } from './api/docker-client.ts';
import { DockerMachine } from './docker-machine.ts';
import type { DockerAddress } from './find-docker.ts';
import type { ImageSource } from './images/image-source.ts';
import { type MachineImage, prepareMachineImage } from './images/machine-image.ts';
import { ownerOf } from './lifecycle/labels.ts';
import { removeContainer, startContainer } from './lifecycle/start-container.ts';
import { probeDocker } from './probe-docker.ts';
import { PublicNetwork } from './public-network.ts';
import { sweepDocker } from './sweep-docker.ts';

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

  let prepared: Promise<MachineImage> | undefined;
  const prepareImage = async (onProgress: (line: string) => void) =>
    prepareMachineImage(client, await options.image.ensure(client, onProgress), parts, owner);
  const prepare = (onProgress: (line: string) => void) => {
    prepared ??= prepareImage(onProgress).catch((error) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  };

  const build = async (spec: MachineSpec): Promise<Machine> => {
    await using undo = new AsyncDisposableStack();
    ids.add(spec.id);
    undo.defer(() => void ids.delete(spec.id));
    const image = await prepare(() => {});
    openToRoot(spec.linkSocket);
    const isPublic = spec.network === 'internet';
    const networkMode = isPublic ? await network.join() : spec.network;
    if (isPublic) undo.defer(() => network.leave());

    const choices = { image, networkMode, maxProcesses, labels: owner.labels };
    const started = await startContainer(client, `${owner.name}-${spec.id}`, spec, choices, (id) => {
      containers.add(id);
      undo.defer(async () => {
        await removeContainer(client, id);
        containers.delete(id);
      });
    });
    undo.defer(() => void started.wire.destroy());
    if (isPublic) await network.confine(started.id, image.id);

    const cleanup = undo.move();
    const machine = new DockerMachine(spec, started, () => cleanup.disposeAsync().catch(onLeftover));
    started.wire.write('\n');
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

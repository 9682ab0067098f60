import { networkInterfaces } from 'node:os';
import type { DockerClient } from './api/docker-client.ts';
import { DockerError, isGone } from './api/docker-error.ts';
import type { Owner } from './lifecycle/labels.ts';
import { runSidecar } from './lifecycle/run-sidecar.ts';

interface NetworkDetails {
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] };
}

/** Where a cloud keeps its metadata and credentials. */
const linkLocal = '169.254.0.0/16';

/** Halves of a network: routes to them come before the network's own. */
export function halvesOf(subnet: string): [string, string] {
  const [address = '', length = ''] = subnet.split('/');
  const bits = Number(length) + 1;
  const words = address.split('.').map(Number);
  const index = Math.floor((bits - 1) / 8);
  const upper = words.map((word, at) => (at === index ? word + 2 ** (7 - ((bits - 1) % 8)) : word));
  return [`${address}/${bits}`, `${upper.join('.')}/${bits}`];
}

/** This machine's own addresses, but for loopback: that is each container's own. */
const hostAddresses = () =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `${address}/32`);

/** Removes a network. One that is gone, or that something else uses, is left alone. */
export async function removeNetwork(client: DockerClient, name: string): Promise<void> {
  try {
    await client.call('DELETE', `/networks/${name}`);
  } catch (error) {
    const isUsed = error instanceof DockerError && error.status === 403;
    if (!isUsed && !isGone(error)) throw error;
  }
}

/**
 * The network of machines that may reach the internet. It is there while a machine uses it. Machines on it reach what this
 * machine reaches by its network, but neither this machine itself, nor its cloud's metadata, nor each other.
 */
export class PublicNetwork {
  readonly #client: DockerClient;
  readonly #owner: Owner;
  #users = 0;
  /** Making and removing take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(client: DockerClient, owner: Owner) {
    this.#client = client;
    this.#owner = owner;
  }

  /** Answers the network's name. Each `join` that doesn't reject asks for a `leave`. */
  async join(): Promise<string> {
    const { name, labels } = this.#owner;
    await this.#inTurn(async () => {
      if (this.#users === 0) {
        const body = {
          Name: name,
          Driver: 'bridge',
          CheckDuplicate: true,
          Labels: labels,
          Options: { 'com.docker.network.bridge.enable_icc': 'false' },
        };
        await this.#client.call('POST', '/networks/create', { body });
      }
      this.#users++;
    });
    return name;
  }

  async leave(): Promise<void> {
    await this.#inTurn(async () => {
      this.#users--;
      if (this.#users === 0) await removeNetwork(this.#client, this.#owner.name);
    });
  }

  /** Closes a running container's ways to this machine, to its cloud and to others on the network. */
  async confine(container: string, image: string): Promise<void> {
    const { IPAM } = await this.#client.call<NetworkDetails>('GET', `/networks/${this.#owner.name}`);
    const networks = [...IPAM.Config.flatMap(({ Subnet }) => halvesOf(Subnet)), ...hostAddresses(), linkLocal];
    await runSidecar(this.#client, {
      Image: image,
      Labels: this.#owner.labels,
      User: '0:0',
      Entrypoint: ['/usr/bin/perl'],
      Cmd: ['/opt/matrx/bin/close-routes.pl', ...new Set(networks)],
      HostConfig: { NetworkMode: `container:${container}`, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

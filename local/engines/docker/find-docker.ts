import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where an engine's socket lies by the rules of Docker's own command, or why none can be used. */
export type DockerAddress = { readonly socketPath: string } | { readonly unusable: string };

/**
 * `DOCKER_HOST`, else the system's socket, else that of a rootless engine. Contexts of the docker command aren't read.
 * An engine behind a network is unusable: a sandbox's way out is a Unix socket of this machine.
 */
export function findDocker(env: Readonly<Record<string, string | undefined>>): DockerAddress {
  const host = env['DOCKER_HOST'];
  if (host) {
    const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(host) ?? [];
    return socketPath === undefined
      ? { unusable: `DOCKER_HOST is ${host}, expected unix:// and the path of a socket of this machine` }
      : { socketPath };
  }
  const folder = env['XDG_RUNTIME_DIR'];
  const rootless = folder ? join(folder, 'docker.sock') : '';
  const found = ['/var/run/docker.sock', rootless].find((path) => path !== '' && existsSync(path));
  return found === undefined ? { unusable: 'no Docker engine has a socket here' } : { socketPath: found };
}

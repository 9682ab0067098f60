import { join, relative } from 'node:path';
import type { Network } from './engines/engine.ts';
import type { Service } from './start.ts';

/** What is printed when the service is ready: where it is, who may call it, and three calls to copy. */
export function firstScreen(service: Service, network: Network, cwd: string): string {
  const { local, dataDir, engineNotes } = service;
  const file = join(dataDir, 'local.json');
  const tokenOf = (who: 'person' | 'admin') =>
    `export MATRX_TOKEN=$(node -p 'require(${JSON.stringify(file)}).${who}.token')`;
  const reach = {
    none: 'none: commands in a sandbox reach nothing outside it (--network changes that)',
    internet:
      'internet: commands in a sandbox reach what this machine reaches by its network, but not the machine itself',
    host: 'host: commands in a sandbox reach all that this machine reaches, its loopback services and abstract sockets included',
  };
  // The command line looks for .matrx/local.json from its working directory upwards.
  const elsewhere = relative(cwd, dataDir) !== '.matrx';
  return `
MATRX Sandbox is ready at ${local.url}

  In another shell, in this folder:
${elsewhere ? `\n    export MATRX_URL=${local.url}\n    ${tokenOf('person')}\n` : ''}
    npx matrx create
    npx matrx exec <sandbox_id> -- npm --version
    curl -H "authorization: Bearer $(node -p 'require(${JSON.stringify(file)}).person.token')" ${local.url}/v1/me

  Callers, all in ${file} (yours alone to read):

    person ${local.person.user_id}, at ${local.url}/v1
      ${tokenOf('person')}
    administrator, at ${local.url}/v1
      ${tokenOf('admin')}
    service, signed by SigV4 for execute-api, at ${local.url}/iam/v1
      export MATRX_URL=${local.url} AWS_REGION=${local.region} AWS_ACCESS_KEY_ID=${local.service.access_key_id} AWS_SECRET_ACCESS_KEY=${local.service.secret_access_key}

  Network ${reach[network]}
  Engine  ${local.engine}${engineNotes.map((note) => `\n          ${note}`).join('')}
  Logs    ${join(dataDir, 'logs')}

Ctrl-C stops it and every sandbox.
`;
}

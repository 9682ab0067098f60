import { SandboxError } from '../../contract/api/errors.ts';
import type { CallerKind, Credentials } from '../credentials.ts';
import { findLocalService, type LocalService } from './local-service.ts';

export interface Configuration {
  readonly url?: string;
  readonly credentials?: Credentials;
}

interface Wanted {
  readonly url?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly as?: CallerKind | undefined;
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * What the surroundings say of the service: the environment, else the local service. A URL and its credentials come
 * from the same place, so that no key is ever sent to a service it was not made for; only MATRX_TOKEN goes anywhere,
 * since it is this product's own.
 */
export function findConfiguration(
  wanted: Wanted,
  { env, directory }: Surroundings = { env: process.env, directory: process.cwd() },
): Configuration {
  const url = wanted.url ?? (env['MATRX_URL'] || undefined);
  if (url !== undefined) return withCredentials(url, wanted.credentials ?? fromEnvironment(env, wanted.as));
  const local = findLocalService(directory);
  if (!local) return {};
  const token = wanted.as === 'service' ? undefined : env['MATRX_TOKEN'];
  return withCredentials(local.url, wanted.credentials ?? (token ? { token } : ofLocalService(local, wanted.as)));
}

const withCredentials = (url: string, credentials: Credentials | undefined): Configuration => ({
  url,
  ...(credentials ? { credentials } : {}),
});

function fromEnvironment(env: Surroundings['env'], as: CallerKind | undefined): Credentials | undefined {
  const token = env['MATRX_TOKEN'];
  if (token && as !== 'service') return { token };
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!accessKeyId || !secretAccessKey || (as && as !== 'service')) return undefined;
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  if (!region) throw new SandboxError('not_configured', 'AWS keys are set but not AWS_REGION, which a signature names');
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'], region };
}

function ofLocalService({ region, service, person, admin }: LocalService, as: CallerKind = 'person'): Credentials {
  if (as === 'service') {
    return { accessKeyId: service.access_key_id, secretAccessKey: service.secret_access_key, region };
  }
  return { token: as === 'admin' ? admin.token : person.token };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreateOptions, Sandbox } from '../../client/index.ts';
import type { Credentials } from '../../local/aws/keys.ts';
import { bucketName } from '../../local/service/open/open-storage.ts';
import { type ServiceOptions, startService } from '../../local/start.ts';

/** A local service of the bench's own, in a folder of its own. */
export interface BenchStack extends AsyncDisposable {
  createSandbox(options?: CreateOptions): Promise<Sandbox>;
  /** Who makes them. */
  readonly caller: { readonly url: string; readonly token: string };
  /** How the SDK reaches the storage that listens at a URL, with a key of its own. */
  storage(endpoint: string): StorageAccess;
}

/** What the SDK needs to put something into the service's bucket and to get it again. */
export interface StorageAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly credentials: Credentials;
}

/** Starts the service at the real pace of the channel. */
export async function openStack(options: Partial<ServiceOptions> = {}): Promise<BenchStack> {
  await using started = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'matrx-bench-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const service = started.use(await startService({ dataDir, port: 0, ...options }));
  const { url, region, person } = service.local;
  const connection = { url, credentials: { token: person.token } };
  const running = started.move();
  return {
    createSandbox: (options = {}) => Sandbox.create({ ...options, ...connection }),
    caller: { url, token: person.token },
    storage: (endpoint) => {
      const { credentials } = service.principals.issueFunction('bench', 'bench');
      return { endpoint, region, bucket: bucketName, credentials };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

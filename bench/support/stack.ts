import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreateOptions, Sandbox } from '../../client/index.ts';
import { type ServiceOptions, startService } from '../../local/start.ts';

/** A local service of the bench's own, in a folder of its own. */
export interface BenchStack extends AsyncDisposable {
  createSandbox(options?: CreateOptions): Promise<Sandbox>;
}

/** Starts the service at the real pace of the channel. */
export async function openStack(options: Partial<ServiceOptions> = {}): Promise<BenchStack> {
  await using started = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'matrx-bench-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const service = started.use(await startService({ dataDir, port: 0, ...options }));
  const connection = { url: service.local.url, credentials: { token: service.local.person.token } };
  const running = started.move();
  return {
    createSandbox: (options = {}) => Sandbox.create({ ...options, ...connection }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

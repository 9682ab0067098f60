import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import type { StoragePlace } from './storage-place.ts';
import type { StorageOrder } from './storage-program.ts';

const program = join(import.meta.dirname, 'storage-program.ts');

type Said = Omit<StoragePlace, 'credentialsFor'> & {
  readonly credentials: Readonly<Record<string, StorageCredentials>>;
};

/** Storage that takes no time of this process, and can die without it. Its socket is at the same path after each start, its credentials are others. */
export class StorageProcess implements StoragePlace, AsyncDisposable {
  readonly #order: StorageOrder;
  #child: ChildProcess;
  #said: Said;

  private constructor(order: StorageOrder, [child, said]: readonly [ChildProcess, Said]) {
    this.#order = order;
    this.#child = child;
    this.#said = said;
  }

  static async start(order: Omit<StorageOrder, 'folder'>): Promise<StorageProcess> {
    const whole = { ...order, folder: await mkdtemp(join(tmpdir(), 'matrx-storage-')) };
    return new StorageProcess(whole, await started(whole));
  }

  get s3Url(): string {
    return this.#said.s3Url;
  }

  get linkSocket(): string {
    return this.#said.linkSocket;
  }

  get allPowerful(): Partial<StorageCredentials> {
    return this.#said.allPowerful;
  }

  readonly credentialsFor = (user: string): StorageCredentials => {
    const found = this.#said.credentials[user];
    if (!found) throw new Error(`storage was started without ${user}`);
    return found;
  };

  /** Kills it, and has it back from what lies on disk. */
  async restart(): Promise<void> {
    const died = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await died;
    [this.#child, this.#said] = await started(this.#order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
    await rm(this.#order.folder, { recursive: true, force: true });
  }
}

async function started(order: StorageOrder): Promise<[ChildProcess, Said]> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    // The second start finds what the first has compiled.
    env: { ...process.env, NODE_COMPILE_CACHE: join(order.folder, 'compiled') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return [child, JSON.parse(line)];
  throw new Error('storage did not start');
}

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempDisposable, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Sandbox } from '../client/index.ts';
import { limits } from '../contract/api/limits.ts';
import { descendantMemory } from './support/descendant-memory.ts';
import { showTimes, timeEach, took } from './support/measure.ts';
import type { BenchStack } from './support/stack.ts';
import type { Order, Transfers } from './support/transfer-client.ts';

const megabyte = 1024 ** 2;
const largeBytes = 1024 * megabyte;
const rounds = 2;
const smallFiles = 10_000;
const targetShare = 0.8;

/** Small files by calls, many of them, and a large one each way, beside the SDK's put and get of the same file at the same storage. */
export async function* benchFiles(stack: BenchStack): AsyncGenerator<string> {
  // Half a core of the usual size would be what is measured.
  await using sandbox = await stack.createSandbox({ size: 'l' });
  yield* smallOnes(sandbox);
  yield* largeOne(stack, sandbox);
}

async function* smallOnes({ files }: Sandbox): AsyncGenerator<string> {
  const small = randomBytes(1_000);
  await timeEach(10, () => files.write('small', small));
  yield `write 1 KB            ${showTimes(await timeEach(200, () => files.write('small', small)))} (n=200)`;
  yield `read 1 KB             ${showTimes(await timeEach(200, () => files.read('small')))} (n=200)`;

  const perCall = limits.files.batch;
  const many = await took(async () => {
    for (let from = 0; from < smallFiles; from += perCall) {
      const count = Math.min(perCall, smallFiles - from);
      const batch = Array.from({ length: count }, (_, n) => ({ path: `many/${from + n}`, data: small }));
      await files.writeMany(batch);
    }
  });
  yield `${smallFiles} files of 1 KB  ${(many / 1_000).toFixed(1)} s, ${perCall} to a call`;
}

async function* largeOne(stack: BenchStack, sandbox: Sandbox): AsyncGenerator<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'matrx-bench-file-'));
  const file = join(folder.path, 'large');
  await fill(file);
  const memory = descendantMemory();
  const { put, upload, get, download, grownBytes } = await transfer({
    file,
    bytes: largeBytes,
    rounds,
    sandbox: { id: sandbox.sandboxId, ...stack.caller },
    storage: stack.storage(await urlOfStorage(sandbox)),
  });
  yield `SDK put, get          ${rate(put)}, ${rate(get)} (${largeBytes / megabyte} MB)`;
  yield `upload                ${rate(upload)}, ${share(put / upload)} of the put; into storage and on into the sandbox`;
  yield `download              ${rate(download)}, ${share(get / download)} of the get; ${((put + get) / download).toFixed(2)} of put and get, both of which it is`;
  yield `memory more at most   this side ${inMb(grownBytes)}, ${memory
    .grown()
    .map(({ name, bytes }) => `${name} ${inMb(bytes)}`)
    .join(', ')}`;
}

/** As many random bytes as are wanted, a piece of them in memory. */
async function fill(path: string): Promise<void> {
  await using file = await open(path, 'w');
  for (let bytes = 0; bytes < largeBytes; bytes += megabyte) await file.write(randomBytes(megabyte));
}

/** Where presigned addresses lead. */
async function urlOfStorage({ files }: Sandbox): Promise<string> {
  return new URL((await files.download('small')).url).origin;
}

async function transfer(order: Order): Promise<Transfers> {
  const program = join(import.meta.dirname, 'support/transfer-client.ts');
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(order));
  return (await json(child.stdout)) as Transfers;
}

const rate = (ms: number): string => `${(largeBytes / megabyte / (ms / 1_000)).toFixed(0)} MB/s`;
const inMb = (bytes: number): string => `${Math.round(bytes / megabyte)} MB`;
const share = (part: number): string =>
  `${part.toFixed(2)} (target ${targetShare}: ${part >= targetShare ? 'met' : 'MISSED'})`;

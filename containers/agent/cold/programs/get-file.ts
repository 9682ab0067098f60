import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ColdStat } from '../cold-storage.ts';
import { ColdCache } from './cold-cache.ts';
import { askDoor, ColdError, callDoor, type Door, retried } from './door-call.ts';

export interface GetOrder {
  readonly name: string;
  /** A path, or `-` for standard output. */
  readonly target: string;
  /** As HTTP has it: `bytes=0-99`. */
  readonly range: string | undefined;
  readonly cacheFolder: string;
  /** 0: nothing is kept, and nothing that is kept is taken. */
  readonly cacheBytes: number;
}

/** Gets a file, or a part of one: the target is whole and checked by SHA-256, or as it was. Rejects with ColdError. */
export async function getFile(door: Door, order: GetOrder): Promise<void> {
  const { name, target, range, cacheFolder } = order;
  const toOutput = target === '-';
  if (toOutput) await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const folder = toOutput ? cacheFolder : dirname(target);
  const unfinished = join(folder, `.${toOutput ? 'output' : basename(target)}.${randomUUID()}`.slice(-255));
  try {
    if (range === undefined) await fetchWhole(door, order, unfinished);
    else await retried(door, () => fetchOnce(door, { name, range }, unfinished));
    if (toOutput) await pipeline(createReadStream(unfinished), process.stdout, { end: false, signal: door.signal });
    else await rename(unfinished, target);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function fetchWhole(door: Door, { name, cacheFolder, cacheBytes }: GetOrder, path: string): Promise<void> {
  const cache = cacheBytes > 0 ? new ColdCache(cacheFolder, cacheBytes) : undefined;
  const { sha256 } = (await askDoor(door, { method: 'GET', path: '/stat', query: { name } })) as ColdStat;
  if (sha256 !== null && (await cache?.take(sha256, path, door.signal))) return;
  const got = await retried(door, () => fetchOnce(door, { name }, path));
  if (got.promised !== null) await cache?.keep(got.promised, path);
}

/** Writes what comes to the path, and checks its length and sum. */
async function fetchOnce(
  door: Door,
  { name, range }: { readonly name: string; readonly range?: string },
  path: string,
): Promise<{ readonly promised: string | null }> {
  const headers = range === undefined ? {} : { range };
  const answer = await callDoor(door, { method: 'GET', path: '/file', query: { name }, headers });
  const hash = createHash('sha256');
  let bytes = 0;
  answer.on('data', (piece: Buffer) => {
    bytes += piece.length;
    hash.update(piece);
  });
  await pipeline(answer, createWriteStream(path, { mode: 0o644 }), { signal: door.signal }).catch((cause) => {
    door.signal.throwIfAborted();
    throw isLocal(cause) ? cause : new ColdError('broken_off', `${name} broke off`, true, { cause });
  });
  if (bytes !== Number(answer.headers['content-length']))
    throw new ColdError('broken_off', `${name} broke off after ${bytes} bytes`, true);
  const promised = range === undefined ? promisedSum(answer) : null;
  if (promised !== null && hash.digest('hex') !== promised)
    throw new ColdError('corrupt', `${name} is not what was put: its SHA-256 differs`);
  return { promised };
}

const isLocal = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(ENOSPC|EDQUOT|EACCES|EROFS|ENOENT|EISDIR|EIO)$/.test(String(error.code));

function promisedSum({ headers }: IncomingMessage): string | null {
  const { sha256 } = JSON.parse(decodeURIComponent(String(headers['x-matrx-stat'] ?? 'null'))) as ColdStat;
  return sha256;
}

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type * as z from 'zod';
import { Head } from '../../../contract/home/head.ts';
import { homeKeys } from '../../../contract/home/keys.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { type Blob, Manifest } from '../../../contract/home/manifest.ts';
import { HomeFault } from './home-fault.ts';
import type { Space } from './space.ts';
import type { HomeStorage } from './storage/home-storage.ts';

const pack = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);

// Each piece that comes out is a way to another thread and back. Of hashes the first level leaves less than the others do, in half of the time.
const pieces = { chunkSize: 1024 * 1024 };
const packing = { ...pieces, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A head, and the mark that it is replaced by. */
export interface FoundHead {
  readonly head: Head;
  readonly etag: string;
}

/** What is stored of one user's home. Rejects with HomeFault; `corrupt` for what is not what was put. */
export class HomeRepository {
  readonly #storage: Pick<HomeStorage, 'get' | 'put'>;
  readonly #keys: ReturnType<typeof homeKeys>;

  constructor(storage: Pick<HomeStorage, 'get' | 'put'>, userId: string) {
    this.#storage = storage;
    this.#keys = homeKeys(userId);
  }

  /** Undefined for a user without a home. */
  async head(signal: AbortSignal): Promise<FoundHead | undefined> {
    const found = await this.#storage.get(this.#keys.head, homeLimits.headBytes, signal);
    if (!found) return undefined;
    return { head: parsed(Head, found.body, this.#keys.head), etag: found.etag };
  }

  async manifest(checkpointId: string, signal: AbortSignal): Promise<Manifest> {
    const key = this.#keys.manifest(checkpointId);
    const found = await this.#storage.get(key, homeLimits.manifestBytes, signal);
    if (!found) throw new HomeFault('checkpoint_not_found', `there is no checkpoint ${checkpointId}`);
    const raw = await unpack(found.body, { ...pieces, maxOutputLength: homeLimits.manifestRawBytes }).catch((cause) => {
      throw new HomeFault('corrupt', `${key} can't be unpacked`, { cause });
    });
    return parsed(Manifest, raw, key);
  }

  /** The stored bytes of a blob, which are those of its name. They lie in the space, until that is used again. */
  async blob({ sha256, size }: Blob, space: Space, signal: AbortSignal): Promise<Buffer> {
    const found = await this.#storage.get(this.#keys.blob(sha256), size, signal, space.of(size));
    if (!found) throw new HomeFault('corrupt', `the blob ${sha256} is missing`);
    if (createHash('sha256').update(found.body).digest('hex') !== sha256)
      throw new HomeFault('corrupt', `the blob ${sha256} is not what its name says`);
    return found.body;
  }

  /** Repeating it is harmless: the name is that of the bytes. */
  async putBlob(sha256: string, stored: Buffer, signal: AbortSignal): Promise<void> {
    await this.#storage.put(this.#keys.blob(sha256), stored, signal, {}, sha256);
  }

  /** `too_many_entries` for one that is too large to be read again. */
  async putManifest(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const { length: entries } = manifest.entries;
    if (entries > homeLimits.entries)
      throw new HomeFault('too_many_entries', `the home has ${entries} entries, at most ${homeLimits.entries}`);
    const raw = Buffer.from(JSON.stringify(manifest));
    assertWithin(raw, homeLimits.manifestRawBytes);
    const stored = await pack(raw, packing);
    assertWithin(stored, homeLimits.manifestBytes);
    await this.#storage.put(this.#keys.manifest(manifest.checkpoint_id), stored, signal);
  }

  /**
   * The commit: puts the head in the place of the one that was found, or of none. Answers whether it is there; an answer that was
   * lost is looked for.
   */
  async replaceHead(head: Head, found: FoundHead | undefined, signal: AbortSignal): Promise<FoundHead | undefined> {
    const body = Buffer.from(JSON.stringify(head));
    const condition: Record<string, string> = found ? { 'if-match': found.etag } : { 'if-none-match': '*' };
    const etag = await this.#storage.put(this.#keys.head, body, signal, condition);
    if (etag !== undefined) return { head, etag };
    const there = await this.head(signal);
    return there?.head.checkpoints[0]?.checkpoint_id === head.checkpoints[0]?.checkpoint_id ? there : undefined;
  }
}

function assertWithin({ length }: Buffer, mostBytes: number): void {
  if (length > mostBytes)
    throw new HomeFault('too_many_entries', `the names in the home take ${length} bytes, at most ${mostBytes}`);
}

function parsed<T extends z.ZodType>(schema: T, bytes: Buffer, key: string): z.infer<T> {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new HomeFault('corrupt', `${key} is not what it should be`, { cause });
  }
}

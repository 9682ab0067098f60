// A few milliseconds for a blob on this thread; on another one it costs twice as much.

import { Buffer } from 'node:buffer';
import * as zlib from 'node:zlib';
import { letGo } from '../../files/wire/let-go.ts';

const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
// Beyond what zstd says that it needs; so much is also never a part of something shared.
const spareBytes = 64 * 1024;

/** With room for the most that can come out of it zstd works from one place to the other, without a store of its own in between. */
export const compress = (raw: Buffer): Buffer =>
  zlib.zstdCompressSync(raw, { params, chunkSize: raw.length + (raw.length >> 8) + spareBytes });

/** What was compressed, of so many bytes. Throws for what is more. */
export const decompress = (packed: Buffer, rawBytes: number): Buffer =>
  zlib.zstdDecompressSync(packed, { maxOutputLength: Math.max(1, rawBytes), chunkSize: rawBytes + spareBytes });

/** Gives back the memory of what came out here: all that it lies in, which is more than itself. */
export const letGoWhole = ({ buffer }: Buffer): void => letGo(Buffer.from(buffer));

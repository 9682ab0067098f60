// One brotli stream each way. Every Node that a caller may have knows it, and it makes a tenth less of text than deflate, for less
// work. What the other side sends may be hostile, and a stream says itself how much has to be remembered: no more is than is written here.
import {
  type BrotliCompress,
  type BrotliDecompress,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
} from 'node:zlib';
import { ChannelError } from '../channel-error.ts';

// The path gives a megabyte a second at best, so this pays even for a quarter of a processor.
const quality = 5;
// 256 KB: what each end remembers of what passed. Twice as much finds two or three percent more.
const windowBits = 18;
// What stands between two stages.
const pieceBytes = 16 * 1024;

/** Compresses what is written to it; all of a write comes out before its callback is called. */
export const createCompressor = (): BrotliCompress =>
  createBrotliCompress({
    flush: constants.BROTLI_OPERATION_FLUSH,
    chunkSize: pieceBytes,
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: windowBits },
  });

/** Undoes it, in pieces of 16 KB, and no faster than they are read. Fails with `Z_BUF_ERROR` when it ends in the middle of a stream. */
export const createExpander = (): BrotliDecompress =>
  createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH, chunkSize: pieceBytes });

/** Throws `terminal_garbled` for the first byte of a stream that asks for another window than ours, which may be 16 MB. */
export function assertWindow(firstByte: number): void {
  // RFC 7932, section 9.1: the lowest four bits, for windows from 18 on.
  if ((firstByte & 0xf) !== (((windowBits - 17) << 1) | 1))
    throw new ChannelError('terminal_garbled', `the compressed stream begins with ${firstByte}, not with our window`);
}

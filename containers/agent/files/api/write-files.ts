import { Buffer } from 'node:buffer';
import type { FileWritten, WriteFiles } from '../../../../contract/agent/files.ts';
import type { Files } from '../files.ts';

/** Writes one file after the other; those before one that fails stay written. */
export async function writeFiles(
  { files: given }: WriteFiles,
  files: Files,
  signal: AbortSignal,
): Promise<{ readonly files: FileWritten[] }> {
  const written: FileWritten[] = [];
  for (const { data, encoding, ...input } of given) {
    const bytes = Buffer.from(data, encoding);
    written.push(await files.write({ ...input, size: bytes.length }, only(bytes), signal));
  }
  return { files: written };
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

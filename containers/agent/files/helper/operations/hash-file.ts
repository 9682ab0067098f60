import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHash, HashFile } from '../../../../../contract/agent/files.ts';
import { limits } from '../../../../../contract/api/limits.ts';
import type { Call } from '../call.ts';
import { FileFault } from '../file-fault.ts';
import { openFile } from '../open-file.ts';
import type { Paths } from '../paths.ts';

const blockBytes = 1024 * 1024;

/** The hash of the whole and of its parts, each byte read once; a whole that is one part is hashed once too. */
export async function hashFile(input: HashFile, paths: Paths, call: Call): Promise<FileHash> {
  const { file, stats } = await openFile(paths.resolve(input));
  await using _ = file;
  const { size } = stats;
  const partBytes = input.part_bytes ?? Number.POSITIVE_INFINITY;
  if (size / partBytes > limits.files.parts) throw new FileFault('too_large');
  const block = Buffer.allocUnsafe(blockBytes);
  const isCut = partBytes < size;
  const whole = createHash('sha256');
  const parts: string[] = [];
  let part = createHash('sha256');
  let inPart = 0;
  for (let done = 0; done < size; ) {
    call.beat();
    const wanted = Math.min(blockBytes, size - done, partBytes - inPart);
    const { bytesRead } = await file.read(block, 0, wanted, done);
    if (bytesRead === 0) throw new FileFault('file_changed');
    const read = block.subarray(0, bytesRead);
    whole.update(read);
    done += bytesRead;
    inPart += bytesRead;
    if (!isCut) continue;
    part.update(read);
    if (inPart < partBytes && done < size) continue;
    parts.push(part.digest('hex'));
    part = createHash('sha256');
    inPart = 0;
  }
  const sha256 = whole.digest('hex');
  const isOnePart = input.part_bytes !== undefined && size > 0 && !isCut;
  return { size, sha256, parts: isOnePart ? [sha256] : parts };
}

import { Buffer } from 'node:buffer';
import type { ReadFile } from '../../../../../contract/agent/files.ts';
import { maxPayloadBytes } from '../../wire/frames.ts';
import type { Call } from '../call.ts';
import { modeOf, timeOf } from '../entry-of.ts';
import { FileFault } from '../file-fault.ts';
import { openFile } from '../open-file.ts';
import type { Paths } from '../paths.ts';

function rangeOf({ offset, length, last }: ReadFile, size: number) {
  const from = last === undefined ? Math.min(offset ?? 0, size) : Math.max(0, size - last);
  return { offset: from, length: Math.min(length ?? size, size - from) };
}

/** Sends what the file is, then the bytes: as many as it had when it was opened, or `file_changed`. */
export async function readFile(input: ReadFile, paths: Paths, call: Call): Promise<object> {
  const { file, stats } = await openFile(paths.resolve(input));
  await using _ = file;
  const { offset, length } = rangeOf(input, stats.size);
  if (length > (input.max_bytes ?? length)) throw new FileFault('too_large');
  const modified_at = timeOf(stats);
  await call.item({ size: stats.size, offset, length, mode: modeOf(stats), modified_at });
  for (let done = 0; done < length; ) {
    const piece = Buffer.allocUnsafe(Math.min(maxPayloadBytes, length - done));
    const { bytesRead } = await file.read(piece, 0, piece.length, offset + done);
    if (bytesRead === 0) throw new FileFault('file_changed');
    done += bytesRead;
    await call.data(piece.subarray(0, bytesRead));
  }
  return {};
}

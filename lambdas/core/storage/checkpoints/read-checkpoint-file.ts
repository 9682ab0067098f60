import { SandboxError } from '../../../../contract/api/errors.ts';
import { fileHeaders } from '../../../../contract/api/files/file-bytes.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { bytesAnswer } from '../../files/bytes-answer.ts';
import type { Answer, Call } from '../../operation.ts';
import { isoTime } from '../../time.ts';
import { assertOwnStorage } from '../own-storage.ts';
import type { Homes } from '../ports.ts';
import { entryAt, wrongType } from './entry-at.ts';
import { keptManifest } from './kept-manifest.ts';
import { pathIndex } from './path-index.ts';
import { readPieces } from './read-pieces.ts';
import { wantedRange } from './wanted-range.ts';

const { inlineBytes } = limits.files;

const tooLarge = (bytes: number): SandboxError => {
  const rule = `expected at most ${inlineBytes} bytes, or a Range`;
  return new SandboxError('too_large', `that is ${bytes} bytes, ${rule}`, {
    details: { field: 'range', value: String(bytes), rule },
  });
};

/** Reads a file of a checkpoint, or a range of it. Throws `not_found`, `file_not_found`, `wrong_file_type`, `too_large` beyond 4 MB. */
export async function readCheckpointFile(
  { homes }: { readonly homes: Homes },
  { caller, params, query, headers, note }: Call<'readCheckpointFile'>,
): Promise<Answer<'readCheckpointFile'>> {
  const { user_id: userId, checkpoint_id } = params;
  assertOwnStorage(caller, userId);
  note({ userId, checkpointId: checkpoint_id });
  const manifest = await keptManifest(homes, userId, checkpoint_id);
  const [, file] = entryAt(pathIndex(manifest), query);
  if (file.type !== 'file') throw wrongType(query, file, 'file');
  const range = wantedRange(headers.range, file.size);
  if (range.length > inlineBytes) throw tooLarge(range.length);
  const bytes = await readPieces(homes, { userId, manifest, file }, range);
  note({ bytes: bytes.length });
  const told = {
    [fileHeaders.mode]: file.mode.toString(8).padStart(3, '0'),
    [fileHeaders.modifiedAt]: isoTime(Math.floor(file.mtime_us / 1_000)),
  };
  const isRange = headers.range !== undefined;
  return bytesAnswer({ bytes, offset: range.offset, size: file.size, isRange, headers: told });
}

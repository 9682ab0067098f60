import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { type ReadFile, readHeaders } from '../../../../contract/agent/files.ts';
import type { Files } from '../files.ts';

/** Answers with the bytes of a file; what breaks after the head breaks the body off. */
export async function sendBytes(
  stream: ServerHttp2Stream,
  input: ReadFile,
  files: Files,
  signal: AbortSignal,
): Promise<void> {
  await files.read(
    input,
    {
      head: ({ size, offset, length, mode, modified_at }) =>
        stream.respond({
          ':status': 200,
          'content-type': 'application/octet-stream',
          'content-length': String(length),
          [readHeaders.size]: String(size),
          [readHeaders.offset]: String(offset),
          [readHeaders.mode]: mode,
          [readHeaders.modifiedAt]: modified_at,
        }),
      piece: async (piece) => {
        if (!stream.write(piece)) await once(stream, 'drain', { signal });
      },
    },
    signal,
  );
  stream.end();
}

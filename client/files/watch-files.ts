import { FileChange as ChangeEvent, fileRoutes } from '../../contract/api/files/files.ts';
import type { Connection } from '../connection.ts';
import { followStreams } from '../http/read/follow-streams.ts';
import { readStream, streamType } from '../http/read/read-stream.ts';
import { buildRequest } from '../http/request.ts';
import { type FilePath, pathFields, toPath } from './file-path.ts';

/** `watching` comes once, before all others. After `overflow` some changes were not told: look for yourself. */
export type FileChange =
  | { readonly type: 'watching' | 'overflow' }
  | { readonly type: 'created' | 'changed' | 'removed'; readonly path: FilePath };

export interface WatchOptions {
  /** Folders below too. @default false */
  readonly recursive?: boolean | undefined;
  /** Ends the watching, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

// The service lets a watcher go after 280 s.
const streamMs = 400_000;

/** What a watch tells, as the library says it; the beginning of a later one is a gap. */
function toChange(event: ChangeEvent, isFirst: boolean): FileChange | undefined {
  if (event.event === 'watching') return { type: isFirst ? 'watching' : 'overflow' };
  if (event.event === 'overflow') return { type: 'overflow' };
  if (event.event === 'heartbeat' || event.event === 'finished' || event.event === 'error') return undefined;
  return { type: event.event, path: toPath(event.path, event.path_base64) };
}

/** Changes, one watch after the other; between two of them some may go unseen, which is told. */
export async function* watchFiles(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  { recursive, signal }: WatchOptions,
): AsyncGenerator<FileChange, void, void> {
  const query = { ...pathFields(path), recursive };
  const input = { params: { sandbox_id: sandboxId }, query };
  const request = buildRequest(connection, fileRoutes.watchFiles, input, { accept: streamType });
  let isFirst = true;
  async function* open(until: AbortSignal): AsyncGenerator<readonly FileChange[]> {
    for await (const event of readStream(connection, request, ChangeEvent, until)) {
      const change = toChange(event, isFirst);
      if (event.event === 'watching') isFirst = false;
      yield change ? [change] : [];
    }
  }
  yield* followStreams(connection, { what: 'watching', streamMs, signal, open, goesOn: () => true });
}

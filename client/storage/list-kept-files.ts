import type { FileEntry } from '../../contract/api/files/file-entry.ts';
import type { Connection } from '../connection.ts';
import { pathFields } from '../files/file-path.ts';
import { pages } from '../http/pages.ts';
import { send } from '../http/send/send.ts';
import type { KeptFile } from './read-kept-file.ts';

interface ListKeptOptions {
  readonly signal?: AbortSignal | undefined;
  readonly depth?: number | undefined;
}

/** What is in a folder of a checkpoint, as deep as is asked, one page read at a time. */
export async function* listKeptFiles(
  connection: Connection,
  { userId, checkpointId, path }: KeptFile,
  { signal, depth }: ListKeptOptions,
): AsyncGenerator<FileEntry, void, void> {
  const params = { user_id: userId, checkpoint_id: checkpointId };
  const read = (cursor: string | undefined) =>
    send(connection, 'listCheckpointFiles', { params, query: { ...pathFields(path), depth, cursor } }, { signal });
  for await (const page of pages(read)) yield* page.entries;
}

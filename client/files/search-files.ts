import { FoundEvent, fileRoutes } from '../../contract/api/files/files.ts';
import type { Connection } from '../connection.ts';
import { readStream, streamType } from '../http/read/read-stream.ts';
import { buildRequest } from '../http/request.ts';
import { Deadline } from '../http/send/deadline.ts';
import { type FilePath, pathFields, toPath } from './file-path.ts';

/** A line that was found, or a file by its name: then `line` and `text` are null. */
export interface FileMatch {
  readonly path: FilePath;
  /** From 1. */
  readonly line: number | null;
  readonly text: string | null;
}

export interface SearchOptions {
  /** A glob, as `*.ts`; one with a slash is held against the path below the folder. */
  readonly name?: string | undefined;
  /** As it stands. */
  readonly text?: string | undefined;
  /** A regular expression. */
  readonly pattern?: string | undefined;
  readonly ignoreCase?: boolean | undefined;
  /** @default 1000 */
  readonly maxMatches?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const searchMs = 300_000;

/** Matches as they are found; returns whether there was more than was told. */
export async function* searchFiles(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  { name, text, pattern, ignoreCase, maxMatches, signal }: SearchOptions,
): AsyncGenerator<FileMatch, { readonly truncated: boolean }, void> {
  const body = { ...pathFields(path), name, text, pattern, ignore_case: ignoreCase, max_matches: maxMatches };
  const input = { params: { sandbox_id: sandboxId }, body };
  const request = buildRequest(connection, fileRoutes.searchFiles, input, { accept: streamType });
  using deadline = new Deadline(connection.clock, searchMs, 'searching', signal);
  let truncated = false;
  for await (const event of readStream(connection, request, FoundEvent, deadline.signal)) {
    if (event.event === 'finished') truncated = event.truncated;
    else if (event.event === 'match')
      yield { path: toPath(event.path, event.path_base64), line: event.line, text: event.text };
  }
  return { truncated };
}

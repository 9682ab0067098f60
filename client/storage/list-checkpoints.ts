import type { Checkpoint } from '../../contract/api/storage.ts';
import type { Connection } from '../connection.ts';
import { pages } from '../http/pages.ts';
import { send } from '../http/send/send.ts';

/** The checkpoints of a user's home, newest first, one page read at a time. */
export async function* listCheckpoints(
  connection: Connection,
  userId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Checkpoint, void, void> {
  const params = { user_id: userId };
  const read = (cursor: string | undefined) =>
    send(connection, 'listCheckpoints', { params, query: { cursor } }, { signal });
  for await (const page of pages(read)) yield* page.checkpoints;
}

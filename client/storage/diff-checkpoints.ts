import type { HomeChange } from '../../contract/api/storage.ts';
import type { Connection } from '../connection.ts';
import { pages } from '../http/pages.ts';
import { send } from '../http/send/send.ts';

export interface Compared {
  readonly userId: string;
  readonly from: string;
  readonly to: string;
}

/** What is different in `to`, in the order of paths, one page read at a time. */
export async function* diffCheckpoints(
  connection: Connection,
  { userId, from, to }: Compared,
  signal: AbortSignal | undefined,
): AsyncGenerator<HomeChange, void, void> {
  const params = { user_id: userId, checkpoint_id: from, other_id: to };
  const read = (cursor: string | undefined) =>
    send(connection, 'diffCheckpoints', { params, query: { cursor } }, { signal });
  for await (const page of pages(read)) yield* page.changes;
}

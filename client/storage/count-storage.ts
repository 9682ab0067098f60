import { SandboxError } from '../../contract/api/errors.ts';
import type { Connection } from '../connection.ts';
import { pages } from '../http/pages.ts';
import { type OutputOf, send } from '../http/send/send.ts';

type Counted = OutputOf<'getStorage'>;

/** Counts what a user has stored to the end, however many calls that takes; `onProgress` is told what was counted so far. */
export async function countStorage(
  connection: Connection,
  userId: string,
  { signal, onProgress }: { readonly signal?: AbortSignal | undefined; readonly onProgress: (soFar: Counted) => void },
): Promise<Counted> {
  const params = { user_id: userId };
  const read = (cursor: string | undefined) =>
    send(connection, 'getStorage', { params, query: { cursor } }, { signal });
  for await (const page of pages(read)) {
    if (page.complete) return page;
    onProgress(page);
  }
  throw new SandboxError('bad_answer', 'the count ends without being complete');
}

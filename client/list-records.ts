import { SandboxError } from '../contract/api/errors.ts';
import type { Sandbox as SandboxRecord, Status } from '../contract/api/sandbox-record.ts';
import type { Connection } from './connection.ts';
import { send } from './http/send.ts';

export interface ListFilter {
  readonly userId?: string | undefined;
  readonly status?: Status | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Records newest first, one page read at a time. Throws `bad_answer` when a page leads to itself. */
export async function* listRecords(connection: Connection, filter: ListFilter): AsyncGenerator<SandboxRecord> {
  const { userId, status, labels, pageSize, signal } = filter;
  let cursor: string | undefined;
  do {
    const query = { user_id: userId, status, label: labels && { ...labels }, limit: pageSize, cursor };
    const page = await send(connection, 'listSandboxes', { query }, { signal });
    yield* page.sandboxes;
    if (page.next_cursor !== null && page.next_cursor === cursor) {
      throw new SandboxError('bad_answer', 'a page of the list names itself as the next one');
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

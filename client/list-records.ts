import type { Sandbox as SandboxRecord, Status } from '../contract/api/sandboxes/sandbox-record.ts';
import type { Connection } from './connection.ts';
import { pages } from './http/pages.ts';
import { send } from './http/send/send.ts';

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
  const read = (cursor: string | undefined) => {
    const query = { user_id: userId, status, label: labels && { ...labels }, limit: pageSize, cursor };
    return send(connection, 'listSandboxes', { query }, { signal });
  };
  for await (const page of pages(read)) yield* page.sandboxes;
}

import { SandboxError } from '../../../contract/api/errors.ts';
import { SandboxId } from '../../../contract/api/identifiers.ts';
import type { Clock } from '../../../contract/clock.ts';
import { userOf } from '../caller.ts';
import { foreignCursor } from '../foreign-cursor.ts';
import type { Answer, Call } from '../operation.ts';
import type { ListQuery, SandboxRecords } from './ports.ts';
import { publicSandbox } from './public-sandbox.ts';

// A cursor is a sandbox id and nothing more: whose list is meant comes from the caller each time, so that a cursor of
// somebody else shows nothing.
const cursorOf = (sandboxId: string): string => Buffer.from(sandboxId).toString('base64url');

function readCursor(cursor: string): string {
  const id = SandboxId.safeParse(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (id.success) return id.data;
  throw foreignCursor(cursor);
}

/** Whose list it is. A service lists a user's, or everybody's in one state; a person its own. */
function listOf({ caller, query }: Call<'listSandboxes'>): ListQuery['of'] {
  const userId = userOf(caller, query.user_id);
  if (userId !== undefined) return { userId };
  if (query.status !== undefined) return { status: query.status };
  const rule = 'expected user_id, or status for the sandboxes of all users';
  throw new SandboxError('invalid_request', `user_id is missing, ${rule}`, {
    details: { field: 'query.user_id', rule },
  });
}

/** Lists sandboxes, newest first. The list may lag a moment behind the records. */
export async function listSandboxes(
  { records, clock }: { readonly records: Pick<SandboxRecords, 'list'>; readonly clock: Clock },
  call: Call<'listSandboxes'>,
): Promise<Answer<'listSandboxes'>> {
  const { status, label = {}, limit, cursor } = call.query;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const page = await records.list({ of: listOf(call), status, labels: label, limit, after });
  const sandboxes = page.records.map((record) => publicSandbox(record, clock.now()));
  return { status: 200, body: { sandboxes, next_cursor: page.next === undefined ? null : cursorOf(page.next) } };
}

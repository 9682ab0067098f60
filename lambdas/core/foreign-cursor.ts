import { SandboxError } from '../../contract/api/errors.ts';

/** Refuses a cursor that no answer can have given. */
export function foreignCursor(cursor: string, cause?: unknown): SandboxError {
  const rule = 'expected next_cursor of an earlier answer';
  return new SandboxError('invalid_request', `cursor is not one of ours, ${rule}`, {
    details: { field: 'query.cursor', value: cursor.slice(0, 100), rule },
    cause,
  });
}

import type * as z from 'zod';
import { SandboxError } from '../../../contract/api/errors.ts';

/** A place to go on from, as callers get it. It says nothing that its caller may not know, and may be made by anybody. */
export const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place of a cursor; throws `invalid_request` for one that is none of ours. */
export function readCursor<S extends z.ZodType>(cursor: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    const rule = 'expected next_cursor of an earlier answer';
    throw new SandboxError('invalid_request', `cursor is not one of ours, ${rule}`, {
      details: { field: 'query.cursor', value: cursor.slice(0, 100), rule },
      cause,
    });
  }
}

import type * as z from 'zod';
import { foreignCursor } from '../foreign-cursor.ts';

/** A place to go on from, as callers get it. It says nothing that its caller may not know, and may be made by anybody. */
export const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place of a cursor; throws `invalid_request` for one that is none of ours. */
export function readCursor<S extends z.ZodType>(cursor: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw foreignCursor(cursor, cause);
  }
}

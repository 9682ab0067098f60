import * as z from 'zod';
import { userDoors } from '../doors.ts';
import { ErrorBody } from '../error-body.ts';
import { SandboxId, Timestamp } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { queryFlag } from '../query-flag.ts';
import { queryInteger } from '../query-integer.ts';
import type { RouteTable } from '../route.ts';

/** One line of a container's log. */
export const LogLine = z
  .object({
    time: Timestamp,
    message: z.string(),
    truncated: z.boolean().describe('its end was cut off: it was longer than 16 KB'),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

const cursor = z.string().nullable().describe('where to read on, also later; null while there is no log');

export const LogPage = z
  .object({
    lines: z.array(LogLine),
    next_cursor: cursor,
    at_end: z.boolean().describe('whether there was nothing more; a page may be empty without that'),
  })
  .meta({ id: 'LogPage' });
export type LogPage = z.infer<typeof LogPage>;

/** One event of a streamed log; the last one is `finished` or `error`. */
export const LogEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('lines'), lines: z.array(LogLine), next_cursor: cursor }),
    z.object({ event: z.literal('heartbeat') }),
    z.object({
      event: z.literal('finished'),
      next_cursor: cursor,
      complete: z.boolean().describe('whether the sandbox has ended and this was all; else read on from the cursor'),
    }),
    ErrorBody.extend({ event: z.literal('error') }),
  ])
  .meta({ id: 'LogEvent' });
export type LogEvent = z.infer<typeof LogEvent>;

export const logRoutes = {
  readLog: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/logs',
    summary: 'Read the log of its container, also after the end',
    doors: userDoors,
    scope: 'matrx/sandbox.read',
    function: 'query',
    needs: ['records:read', 'logs:read'],
    params: z.strictObject({ sandbox_id: SandboxId }),
    query: z.strictObject({
      cursor: z.string().max(2_048).optional().describe('next_cursor of an earlier answer; without it, from the start'),
      limit: queryInteger(limits.logLines.min, limits.logLines.max)
        .default(limits.logLines.default)
        .describe('lines of a page, or of one event'),
      follow: queryFlag
        .default(false)
        .describe('stream lines as they come, at most 280 s; needs an Accept that asks for a stream'),
    }),
    answers: { 200: LogPage },
    events: LogEvent,
    errors: ['not_found'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;

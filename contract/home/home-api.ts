import * as z from 'zod';
import { CheckpointSummary } from './head.ts';

const count = z.number().int().min(0);

/** How far it is; a stream that ends without `saved` or `error` says nothing about what became of it. */
export const SaveEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('heartbeat') }),
  z.object({ event: z.literal('progress'), files: count, bytes: count }),
  z.object({
    event: z.literal('saved'),
    checkpoint: CheckpointSummary,
    changed: z.boolean().describe('false: the home was as the checkpoint has it, and none was made'),
  }),
  z.object({
    event: z.literal('error'),
    error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }),
  }),
]);
export type SaveEvent = z.infer<typeof SaveEvent>;

/** On the control plane's own channels only. Answers with events, a line each (`eventsType`); a second save waits for the first. */
export const homeApi = {
  saveHome: { method: 'POST', path: '/home/save', answer: 'events', events: SaveEvent },
} as const;

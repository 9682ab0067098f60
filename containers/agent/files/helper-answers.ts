import * as z from 'zod';
import { FileHash, FileList, FileWritten, SearchEvent, WatchEvent } from '../../../contract/agent/files.ts';
import { FileEntry, FileMode } from '../../../contract/api/files/file-entry.ts';
import { helperLost } from './file-error.ts';

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What is said of a file before its bytes. */
export const ReadHead = z.object({ size, offset: size, length: size, mode: FileMode, modified_at: z.iso.datetime() });
export type ReadHead = z.infer<typeof ReadHead>;

/** What a write ends with; the hash is the agent's own. */
export const Landed = FileWritten.omit({ sha256: true });

/** What a question with one answer is answered with. */
export const asked = {
  stat: FileEntry,
  hash: FileHash,
  move: FileEntry,
  makeFolder: FileEntry,
  changeMode: FileEntry,
  remove: z.object({ removed: size }),
} as const;

/** What a question with many answers is answered with, and what it ends with. */
export const followed = {
  list: { item: FileEntry, end: FileList.pick({ next_cursor: true }) },
  watch: { item: WatchEvent, end: z.never() },
  search: { item: SearchEvent, end: z.object({ matches: size, truncated: z.boolean() }) },
} as const;

/** Why a helper that answers so is as good as lost. */
export const notAnAnswer = (cause?: unknown) => helperLost(new Error('it answers what is no answer', { cause }));

/** An answer as it has to be. Throws `helper_lost` for any other. */
export function believed<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw notAnAnswer(parsed.error);
  return parsed.data;
}

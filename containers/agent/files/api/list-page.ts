import type * as z from 'zod';
import type { FileList, ListFiles } from '../../../../contract/agent/files.ts';
import type { FileEntry } from '../../../../contract/api/files/file-entry.ts';
import type { Files } from '../files.ts';
import { notAnAnswer } from '../helper-answers.ts';

// The helper ends a page well before this.
const mostBytes = 8 * 1024 * 1024;

/** One page of a list, held whole. */
export async function listPage(input: ListFiles, files: Files, signal: AbortSignal): Promise<z.infer<typeof FileList>> {
  const entries: FileEntry[] = [];
  let bytes = 0;
  const add = async (entry: FileEntry) => {
    bytes += JSON.stringify(entry).length;
    if (bytes > mostBytes) throw notAnAnswer();
    entries.push(entry);
  };
  const { next_cursor } = await files.follow('list', input, add, signal);
  return { entries, next_cursor };
}

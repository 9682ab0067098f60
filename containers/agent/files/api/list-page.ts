import * as z from 'zod';
import { FileList, type ListFiles } from '../../../../contract/agent/files.ts';
import { parse } from '../../api/parse.ts';
import { helperLost } from '../file-error.ts';
import type { Files } from '../files.ts';

// The helper ends a page well before this.
const mostBytes = 8 * 1024 * 1024;

/** One page of a list, held whole. */
export async function listPage(input: ListFiles, files: Files, signal: AbortSignal): Promise<z.infer<typeof FileList>> {
  const entries: unknown[] = [];
  let bytes = 0;
  const add = async (entry: unknown) => {
    bytes += JSON.stringify(entry).length;
    if (bytes > mostBytes) throw helperLost(new Error('a page has no end'));
    entries.push(entry);
  };
  const end = await files.follow('list', input, add, signal);
  return parse(FileList, { ...z.looseObject({}).parse(end), entries });
}

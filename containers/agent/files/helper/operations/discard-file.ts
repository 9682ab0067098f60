import { realpath, unlink } from 'node:fs/promises';
import type { HelperInputs } from '../../wire/operations.ts';
import { below, folderOf, type Paths } from '../paths.ts';
import { unfinishedName } from '../unfinished-name.ts';

/** Takes away what a write left that was never finished, where there is anything. */
export async function discardFile(input: HelperInputs['discard'], paths: Paths): Promise<object> {
  const given = paths.resolve(input);
  const behindLinks = await realpath(given, { encoding: 'buffer' }).catch(() => given);
  for (const path of [given, behindLinks]) {
    await unlink(below(folderOf(path), unfinishedName(input.token))).catch(() => {});
  }
  return {};
}

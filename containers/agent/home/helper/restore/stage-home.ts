import { Buffer } from 'node:buffer';
import { closeSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import type { Call } from '../../../files/helper/call.ts';
import type { Paths } from '../../../files/helper/paths.ts';
import type { EntryLine } from '../../wire/home-operations.ts';
import { entryPath, homeItself } from '../entry-path.ts';
import { lines } from './lines.ts';
import { removeAll, stagingOf } from './staging.ts';

/** Makes the staging folder, and in it the folders, links and empty files that arrive, a folder before what is in it. The other files come with what is in them. */
export async function stageHome(_input: object, paths: Paths, call: Call): Promise<object> {
  const staging = stagingOf(paths.resolve({ path: '.' }));
  removeAll(staging);
  mkdirSync(staging, { mode: 0o700 });
  for await (const entry of lines(call)) {
    call.beat();
    if (entry.path === homeItself) continue;
    const at = entryPath(staging, entry);
    if (entry.type === 'directory') mkdirSync(at, { mode: 0o700 });
    else if (entry.type === 'symlink') symlinkSync(targetOf(entry), at);
    else if (entry.size === 0) closeSync(openSync(at, 'wx', 0o600));
  }
  return {};
}

const targetOf = ({ target, target_base64 }: EntryLine) => target ?? Buffer.from(target_base64 ?? '', 'base64');

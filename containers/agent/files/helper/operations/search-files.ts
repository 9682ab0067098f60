import { Buffer } from 'node:buffer';
import { accessSync, constants } from 'node:fs';
import type { SearchEvent, SearchFiles } from '../../../../../contract/agent/files.ts';
import type { Call } from '../call.ts';
import { below, type Paths, pathOut } from '../paths.ts';
import { ripgrep, ripgrepPath } from '../search/ripgrep.ts';
import { scanFolder } from '../search/scan-folder.ts';
import { openFolder } from '../walk/open-folder.ts';

// A search that takes longer than this has found what it has found.
const longestMs = 60_000;
const textBytes = 500;

class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

/** Sends what matches; answers how much that was, and whether there may be more. */
export async function searchFiles(
  input: SearchFiles,
  paths: Paths,
  call: Call,
): Promise<{ matches: number; truncated: boolean }> {
  const root = paths.resolve(input);
  using folder = openFolder(root);
  const byContent = input.text !== undefined || input.pattern !== undefined;
  const endMs = Date.now() + longestMs;
  const onStep = () => {
    call.beat();
    if (Date.now() > endMs) throw new TimeUp();
  };
  const found = byContent && hasRipgrep() ? ripgrep(input, folder, onStep) : scanFolder(input, folder, onStep);
  let matches = 0;
  try {
    for await (const { path, line, text } of found) {
      if (matches === input.max_matches) return { matches, truncated: true };
      const shown = text && Buffer.from(text.subarray(0, textBytes)).toString();
      await call.item({ event: 'match', ...pathOut(below(root, path)), line, text: shown } satisfies SearchEvent);
      matches++;
    }
  } catch (error) {
    if (error instanceof TimeUp) return { matches, truncated: true };
    throw error;
  }
  return { matches, truncated: false };
}

function hasRipgrep(): boolean {
  try {
    accessSync(ripgrepPath, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

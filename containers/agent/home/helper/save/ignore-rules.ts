import { Buffer } from 'node:buffer';
import createIgnore from 'ignore';
import { openFile } from '../../../files/helper/open-file.ts';
import { below } from '../../../files/helper/paths.ts';

const rulesFile = '.matrxignore';
const maxRulesBytes = 64 * 1024;

/** What programs make anew by themselves. `.matrxignore` can take it back: `!.cache/`. */
const defaultRules = ['/.cache/', '/.npm/_cacache/', '/.npm/_logs/', '/.local/share/Trash/'] as const;

// Never saved, whatever the rules say: what is not yet in its place.
const unfinished = /(^|\/)\.matrx-[0-9a-z-]+\.(part|restoring)$/;

/** Whether something in the home is left out; a path is given in Latin-1 when it isn't text. */
export type IsIgnored = (path: string, isFolder: boolean) => boolean;

/** The defaults, and after them the rules of the home, as in `.gitignore`. Rules that can't be read are none. */
export async function ignoreRules(home: Buffer): Promise<IsIgnored> {
  const rules = createIgnore()
    .add([...defaultRules])
    .add(await ownRules(home));
  return (path, isFolder) => unfinished.test(path) || rules.ignores(isFolder ? `${path}/` : path);
}

async function ownRules(home: Buffer): Promise<string> {
  try {
    const { file, stats } = await openFile(below(home, Buffer.from(rulesFile)), { entry: true });
    await using _ = file;
    const text = Buffer.alloc(Math.min(stats.size, maxRulesBytes));
    const { bytesRead } = await file.read(text, 0, text.length, 0);
    return text.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}

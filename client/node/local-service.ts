import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { SandboxError } from '../../contract/api/errors.ts';

/** What a local service says of itself in `.matrx/local.json`. */
export const LocalService = z.object({
  url: z.string(),
  region: z.string(),
  service: z.object({ access_key_id: z.string(), secret_access_key: z.string() }),
  person: z.object({ user_id: z.string(), token: z.string() }),
  admin: z.object({ token: z.string() }),
  engine: z.string(),
  pid: z.number().int(),
});
export type LocalService = z.infer<typeof LocalService>;

const unreadable = (file: string, why: string, cause?: unknown) =>
  new SandboxError('not_configured', `${file} ${why}: remove it, or start the local service again`, { cause });

/** The owner of the file decides where credentials and commands go, so it has to be this user, or root. */
function checkOwner(file: string): void {
  const { uid } = statSync(file);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own && uid !== 0) throw unreadable(file, `belongs to user ${uid}`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(file, `can't be read (${code})`, error);
  }
}

/** The local service of the nearest `.matrx/local.json` from `directory` upwards. Throws `not_configured` for a bad one. */
export function findLocalService(directory: string): LocalService | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, '.matrx', 'local.json');
    const text = read(file);
    if (text !== undefined) {
      checkOwner(file);
      return parse(file, text);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function parse(file: string, text: string): LocalService {
  try {
    return LocalService.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, 'is not what the local service writes', cause);
  }
}

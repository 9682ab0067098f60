// The user's cold files, for shells and scripts in a sandbox. It runs as whoever calls it; what is stored where, and by whose right, the
// agent knows.

import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { coldPath } from '../../inside/cold-path.ts';
import type { ColdListing } from '../parse-listing.ts';
import { askDoor, ColdError, type Door } from './door-call.ts';
import { getFile } from './get-file.ts';
import { putFile } from './put-file.ts';

const usage = `usage: matrx-cold ls [-r] [--json] [prefix]
       matrx-cold get <name> [path, or - for output] [--range first-last] [--no-cache]
       matrx-cold put <path> [name] [--no-overwrite]
       matrx-cold stat <name>
       matrx-cold rm <name>...

Names are paths below ${coldPath}, which may stand before them; nothing is mounted there. Every call has a --timeout, 600 s.
Contents that were read are kept in ~/.cache/matrx-cold, 1024 MB at most (COLD_CACHE_MB). Exits with 0, with 1 when it
failed and said why, or with 2 for a mistake in the call.
`;

class UsageError extends Error {}

const options = {
  recursive: { type: 'boolean', short: 'r' },
  json: { type: 'boolean' },
  range: { type: 'string' },
  'no-cache': { type: 'boolean' },
  'no-overwrite': { type: 'boolean' },
  timeout: { type: 'string' },
} as const;

type Values = ReturnType<typeof read>['values'];

function read() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const nameOf = (given: string): string => given.replace(new RegExp(`^${coldPath}(/|$)`), '');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function list(door: Door, prefix: string, { recursive = false, json = false }: Values): Promise<void> {
  let after: string | null = null;
  do {
    const query: Record<string, string> = { prefix, recursive: String(recursive), ...(after !== null && { after }) };
    const page = (await askDoor(door, { method: 'GET', path: '/list', query })) as ColdListing;
    for (const folder of page.folders) say(json ? JSON.stringify({ folder }) : folder);
    for (const entry of page.entries)
      say(json ? JSON.stringify(entry) : `${String(entry.size).padStart(12)} ${entry.modified_at} ${entry.name}`);
    after = page.next;
  } while (after !== null);
}

const wantedRange = (range: string | undefined): string | undefined => {
  if (range !== undefined && !/^(\d+-\d*|-\d+)$/.test(range))
    throw new UsageError('--range takes first-last, first- or -length');
  return range && `bytes=${range}`;
};

const verbs: Readonly<Record<string, (door: Door, names: readonly string[], values: Values) => Promise<void>>> = {
  ls: async (door, [prefix = ''], values) => list(door, nameOf(prefix), values),
  // biome-ignore lint/style/noProcessEnv: whose folder the cache is in, and how large it may be
  get: async (door, [given = '', target], values, { HOME = '/tmp', COLD_CACHE_MB = '1024' } = process.env) => {
    const name = nameOf(given);
    await getFile(door, {
      name,
      target: target ?? basename(name),
      range: wantedRange(values.range),
      cacheFolder: join(HOME, '.cache/matrx-cold'),
      cacheBytes: values['no-cache'] ? 0 : Number(COLD_CACHE_MB) * 1024 * 1024,
    });
  },
  put: async (door, [path = '', name = basename(path)], values) =>
    say(JSON.stringify(await putFile(door, { path, name: nameOf(name), overwrite: !values['no-overwrite'] }))),
  stat: async (door, [name = '']) =>
    say(JSON.stringify(await askDoor(door, { method: 'GET', path: '/stat', query: { name: nameOf(name) } }))),
  rm: async (door, names) => {
    for (const name of names) await askDoor(door, { method: 'DELETE', path: '/file', query: { name: nameOf(name) } });
  },
};

const counts: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ls: [0, 1],
  get: [1, 2],
  put: [1, 2],
  stat: [1, 1],
  rm: [1, 10_000],
};

async function main(): Promise<void> {
  const { values, positionals } = read();
  const [word = '', ...names] = positionals;
  const verb = verbs[word];
  const [least, most] = counts[word] ?? [0, 0];
  if (verb === undefined) throw new UsageError(word === '' ? 'nothing to do' : `there is no ${JSON.stringify(word)}`);
  if (names.length < least || names.length > most) throw new UsageError(`${word} takes ${least} to ${most} names`);
  const seconds = Number(values.timeout ?? 600);
  if (!(seconds > 0 && seconds <= 3_600)) throw new UsageError('--timeout takes seconds, at most 3600');
  // biome-ignore lint/style/noProcessEnv: how a command is told of the door
  const socketPath = process.env['COLD_SOCKET'];
  if (!socketPath)
    throw new ColdError('no_cold_files', 'this sandbox has no cold files: it was made without storage.cold');
  await verb({ socketPath, signal: AbortSignal.timeout(seconds * 1000) }, names, values);
}

function tell(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    process.stderr.write(`matrx-cold: ${message}\n${usage}`);
    return 2;
  }
  const late = error instanceof Error && error.name === 'TimeoutError';
  const code = error instanceof ColdError ? `${error.code}: ` : late ? 'timed_out: ' : '';
  process.stderr.write(`matrx-cold: ${code}${message}\n`);
  return 1;
}

main().catch((error) => {
  process.exitCode = tell(error);
});

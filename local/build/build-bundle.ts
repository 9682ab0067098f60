import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile, stop, version } from 'esbuild';
import { writeAtomically } from '../write-atomically.ts';

export interface Bundle {
  /** Where the bundle goes; its source map beside it. */
  readonly outfile: string;
  readonly mode?: number;
  /** esbuild's, with the entry point; paths in it are relative to `root`. */
  readonly options: BuildOptions;
}

/** What a bundle was made from, kept beside it. */
interface Origin {
  readonly key: string;
  /** SHA-256 of every file of the project's own that went in, by its path relative to the root. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A plugin is its code. */
const withFunctions = (_: string, value: unknown): unknown => (typeof value === 'function' ? String(value) : value);

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Makes one file of a program and all it imports, unless nothing that went in has changed since. */
export async function buildBundle(root: string, { outfile, mode = 0o600, options }: Bundle): Promise<'built' | 'kept'> {
  const key = sha256(JSON.stringify([version, options, await hashOf(root, 'package-lock.json')], withFunctions));
  const originPath = `${outfile}.origin.json`;
  if ((await isCurrent(root, originPath, key)) && (await hashOf('', outfile))) return 'kept';

  const result = await leavingNoProcess(() =>
    build({ ...options, absWorkingDir: root, outfile, write: false, metafile: true, logLevel: 'silent' }),
  );
  await mkdir(dirname(outfile), { recursive: true, mode: 0o700 });
  for (const file of result.outputFiles) {
    await writeAtomically(file.path, file.contents, file.path === outfile ? mode : 0o600);
  }
  await writeAtomically(originPath, JSON.stringify({ key, inputs: await hashesOf(root, result.metafile) }));
  return 'built';
}

let builds = 0;

/** esbuild's own process would stay, with all the memory it has taken: it ends with the last build under way here. */
async function leavingNoProcess<T>(work: () => Promise<T>): Promise<T> {
  builds += 1;
  try {
    return await work();
  } finally {
    builds -= 1;
    if (builds === 0) await stop();
  }
}

// What is installed is a thousand files to each function, and the lockfile in the key says which they are.
const isInstalled = (path: string): boolean => path.startsWith('node_modules/');

async function hashesOf(root: string, { inputs }: Metafile): Promise<Origin['inputs']> {
  const paths = Object.keys(inputs).filter((path) => !isInstalled(path));
  const hashes = await Promise.all(paths.map((path) => hashOf(root, path)));
  // A file that changed or vanished while it was read has no hash that can match later.
  return Object.fromEntries(paths.map((path, index) => [path, hashes[index] ?? '']));
}

async function isCurrent(root: string, originPath: string, key: string): Promise<boolean> {
  const text = await readFile(originPath, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const origin: Origin = JSON.parse(text);
  if (origin.key !== key) return false;
  const same = await Promise.all(
    Object.entries(origin.inputs).map(async ([path, hash]) => (await hashOf(root, path)) === hash),
  );
  return same.every(Boolean);
}

/** Undefined when the file can't be read. */
async function hashOf(root: string, path: string): Promise<string | undefined> {
  const content = await readFile(join(root, path)).catch(() => undefined);
  return content && sha256(content);
}

import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { MachineSpec } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { type Isolation, systemPath } from './isolation.ts';

const run = promisify(execFile);

/** A machine's own storage on the host. What a machine sees of it is bound into its file system. */
export interface MachineFolder {
  /** Where the machine's root is mounted, in its own namespaces only: for the host it stays empty. */
  readonly root: string;
  readonly disk: string;
  /** The files it was given, laid out as they will appear. */
  readonly files: string;
}

/** Fills a machine's new folder. */
export function fillMachineFolder(path: string, files: MachineSpec['files'] = {}): MachineFolder {
  const folder = { root: join(path, 'root'), disk: join(path, 'disk'), files: join(path, 'files') };
  mkdirSync(folder.root);
  mkdirSync(folder.files);
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder.files, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o400 });
  }
  for (const name of ['home', 'tmp', 'var-tmp', 'spool']) mkdirSync(join(folder.disk, name), { recursive: true });
  return folder;
}

/**
 * Removes a machine's folder with whatever its users made in it: read-only folders, names that aren't text, trees
 * deeper than a path may be long. Throws `leftover` with what the system said.
 */
export async function removeMachineFolder(path: string, isolation: Isolation): Promise<void> {
  // `rm` and not node:fs: that one reads names as text, and so can't remove what isn't.
  const [program = 'rm', ...words] = [...isolation.asOwner, 'rm', '-rf', '--one-file-system', '--', path];
  try {
    await run(program, words, { env: { PATH: systemPath }, maxBuffer: 1024 * 1024 });
  } catch (cause) {
    throw new EngineError('leftover', `the folder ${path} can't be removed`, { cause });
  }
  if (lstatSync(path, { throwIfNoEntry: false }))
    throw new EngineError('leftover', `the folder ${path} is still there`);
}

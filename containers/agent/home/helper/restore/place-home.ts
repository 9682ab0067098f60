import { Buffer } from 'node:buffer';
import { chmodSync, lstatSync, lutimesSync, readdirSync, renameSync, rmdirSync, utimesSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../../../files/helper/call.ts';
import { FileFault } from '../../../files/helper/file-fault.ts';
import { below, type Paths } from '../../../files/helper/paths.ts';
import type { EntryLine } from '../../wire/home-operations.ts';
import { entryPath, homeItself } from '../entry-path.ts';
import { lines } from './lines.ts';
import { removeAll, stagingOf } from './staging.ts';

/**
 * Gives everything staged its mode and times, and puts it in the place of what the home has. Rejects with `file_changed` when a
 * file is not as long as it was saved. Until the last name is moved nobody but this helper is in the home.
 */
export async function placeHome(_input: object, paths: Paths, call: Call): Promise<object> {
  const home = paths.resolve({ path: '.' });
  const staging = stagingOf(home);
  const folders: EntryLine[] = [];
  let [files, bytes] = [0, 0];
  for await (const entry of lines(call)) {
    call.beat();
    if (entry.type === 'directory') {
      folders.push(entry);
      continue;
    }
    const at = entryPath(staging, entry);
    const { size } = lstatSync(at);
    if (entry.type === 'file') {
      if (size !== entry.size) throw new FileFault('file_changed');
      files++;
      bytes += size;
    }
    finish(at, entry);
    if (files % 100 === 99) await setImmediate();
  }
  const inner = folders.filter(({ path }) => path !== homeItself);
  // A folder's time changes with what is in it, so the deepest come first; those on top are moved while their mode still allows it.
  const [top, deeper] = [inner.filter(isOnTop), inner.filter((entry) => !isOnTop(entry))];
  for (const entry of deeper.reverse()) finish(entryPath(staging, entry), entry);
  moveInto(home, staging);
  for (const entry of top) finish(entryPath(home, entry), entry);
  const own = folders.find(({ path }) => path === homeItself);
  if (own) finish(home, own);
  return { files, bytes };
}

const isOnTop = ({ path, path_base64 }: EntryLine): boolean =>
  !(path ?? Buffer.from(path_base64 ?? '', 'base64').toString('latin1')).includes('/');

function moveInto(home: Buffer, staging: Buffer): void {
  const namesIn = (folder: Buffer) => readdirSync(folder, { encoding: 'buffer' });
  for (const name of namesIn(home)) {
    const at = below(home, name);
    if (!at.equals(staging)) removeAll(at);
  }
  for (const name of namesIn(staging)) renameSync(below(staging, name), below(home, name));
  rmdirSync(staging);
}

function finish(at: string | Buffer, { type, mode, mtime_us }: EntryLine): void {
  // Half a microsecond more: seconds with a fraction are rounded down on their way.
  const time = (mtime_us + 0.5) / 1_000_000;
  if (type === 'symlink') {
    lutimesSync(at, time, time);
    return;
  }
  chmodSync(at, mode);
  utimesSync(at, time, time);
}

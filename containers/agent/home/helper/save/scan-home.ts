import { Buffer } from 'node:buffer';
import { type BigIntStats, constants, lstatSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { homeLimits } from '../../../../../contract/home/limits.ts';
import type { Call } from '../../../files/helper/call.ts';
import { FileFault } from '../../../files/helper/file-fault.ts';
import { below, type Paths } from '../../../files/helper/paths.ts';
import { isPassedBy } from '../../../files/helper/walk/walk.ts';
import type { Scanned } from '../../wire/home-operations.ts';
import { pathOf, shownBytes } from '../byte-text.ts';
import { homeItself, targetOut } from '../entry-path.ts';
import { fingerprintOf, microseconds } from '../fingerprint.ts';
import { EnteredFolder } from './entered-folder.ts';
import { type IsIgnored, ignoreRules } from './ignore-rules.ts';

const batchEntries = 200;
const batchBytes = 128 * 1024;

/**
 * Sends everything in the home that is to be saved, in batches, a folder before what is in it. Goes from open folder to open
 * folder and through no link. Rejects with `too_many_entries`.
 */
export async function scanHome(_input: object, paths: Paths, call: Call): Promise<object> {
  const home = paths.resolve({ path: '.' });
  const scan = new Scan(call, await ignoreRules(home));
  // The home's own path may be a link.
  using folder = new EnteredFolder(below(home, Buffer.from('.')));
  folder.within(() => scan.add(homeItself, '', lstatSync('.', { bigint: true })));
  await scan.folder(folder, '', homeLimits.depth);
  await scan.flush();
  return { special: scan.special, ignored: scan.ignored, unreadable: scan.unreadable };
}

class Scan {
  special = 0;
  ignored = 0;
  unreadable = 0;
  readonly #call: Call;
  readonly #isIgnored: IsIgnored;
  #full: Scanned[][] = [];
  #batch: Scanned[] = [];
  #bytes = 0;
  #entries = 0;

  constructor(call: Call, isIgnored: IsIgnored) {
    this.#call = call;
    this.#isIgnored = isIgnored;
  }

  /** Everything below a folder, whose path ends in a slash. */
  async folder(folder: EnteredFolder, path: string, depth: number): Promise<void> {
    const names = this.#read(() => folder.names()) ?? [];
    const folders: string[] = [];
    for (let at = 0; at < names.length; at += batchEntries) {
      this.#call.beat();
      const some = names.slice(at, at + batchEntries);
      this.#read(() => folder.within(() => folders.push(...some.filter((name) => this.#see(path + name, name)))));
      if (this.#full.length > 0) await this.#send();
    }
    if (folders.length > 0 && depth <= 1) throw new FileFault('too_many_entries');
    for (const name of folders) {
      using deeper = this.#read(() => folder.within(() => new EnteredFolder(pathOf(name))));
      if (deeper) await this.folder(deeper, `${path}${name}/`, depth - 1);
    }
  }

  /** Takes one thing that is called so from where we are; true for a folder that is to be walked too. */
  #see(path: string, name: string): boolean {
    const stats = passedBy(() => lstatSync(pathOf(name), { bigint: true }));
    if (!stats) return false;
    const isFolder = typeOf(stats) === 'directory';
    if (this.#isIgnored(shownBytes(path).path ?? path, isFolder)) {
      this.ignored++;
      return false;
    }
    this.add(path, name, stats);
    return isFolder;
  }

  /** Takes one thing, unless it is none that can be saved. */
  add(path: string, name: string, stats: BigIntStats): void {
    const type = typeOf(stats);
    if (type === undefined) {
      this.special++;
      return;
    }
    const target = type === 'symlink' ? targetAt(name) : undefined;
    if (type === 'symlink' && target === undefined) return;
    if (++this.#entries > homeLimits.entries) throw new FileFault('too_many_entries');
    this.#batch.push({
      ...shownBytes(path),
      type,
      mode: Number(stats.mode) & 0o7777,
      mtime_us: microseconds(stats),
      size: type === 'file' ? Number(stats.size) : 0,
      fingerprint: fingerprintOf(stats),
      ...(target && targetOut(target)),
    });
    // As it travels, where a byte may take six.
    this.#bytes += 6 * (path.length + (target?.length ?? 0)) + 300;
    if (this.#batch.length >= batchEntries || this.#bytes >= batchBytes) this.#close();
  }

  /** Sends what is left. */
  async flush(): Promise<void> {
    this.#close();
    await this.#send();
  }

  #close(): void {
    if (this.#batch.length > 0) this.#full.push(this.#batch);
    this.#batch = [];
    this.#bytes = 0;
  }

  async #send(): Promise<void> {
    for (const batch of this.#full) await this.#call.item(batch);
    this.#full = [];
    // Calls are synchronous here, for speed: what the agent says has its turn in between.
    await setImmediate();
  }

  #read<T>(read: () => T): T | undefined {
    const found = passedBy(read);
    if (found === undefined) this.unreadable++;
    return found;
  }
}

/** Undefined for what has gone, has become something else, or is nothing to this user. */
function passedBy<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isPassedBy(error)) throw error;
    return undefined;
  }
}

const targetAt = (name: string): Buffer | undefined =>
  passedBy(() => readlinkSync(pathOf(name), { encoding: 'buffer' }));

function typeOf({ mode }: BigIntStats): Scanned['type'] | undefined {
  return types.get(Number(mode) & constants.S_IFMT);
}

const types: ReadonlyMap<number, Scanned['type']> = new Map([
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'directory'],
  [constants.S_IFLNK, 'symlink'],
]);

import { Buffer } from 'node:buffer';
import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { homeLimits } from '../../../../contract/home/limits.ts';
import type { Call } from '../../files/helper/call.ts';
import { FileFault } from '../../files/helper/file-fault.ts';
import { below, type Paths, pathOut } from '../../files/helper/paths.ts';
import { type Folder, openFolder } from '../../files/helper/walk/open-folder.ts';
import { isPassedBy } from '../../files/helper/walk/walk.ts';
import type { Scanned } from '../wire/home-operations.ts';
import { homeItself, targetOut } from './entry-path.ts';
import { fingerprintOf, microseconds } from './fingerprint.ts';
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
  await using folder = await openFolder(home);
  await scan.add(
    Buffer.from(homeItself),
    lstatSync(folder.at(Buffer.from('.')), { bigint: true }),
    folder.at(Buffer.from('.')),
  );
  await scan.folder(folder, Buffer.alloc(0), homeLimits.depth);
  await scan.flush();
  return { special: scan.special, ignored: scan.ignored, unreadable: scan.unreadable };
}

class Scan {
  special = 0;
  ignored = 0;
  unreadable = 0;
  readonly #call: Call;
  readonly #isIgnored: IsIgnored;
  #batch: Scanned[] = [];
  #bytes = 0;
  #entries = 0;

  constructor(call: Call, isIgnored: IsIgnored) {
    this.#call = call;
    this.#isIgnored = isIgnored;
  }

  /** Everything below a folder. */
  async folder(folder: Folder, path: Buffer, depth: number): Promise<void> {
    for (const name of await this.#namesIn(folder)) {
      const at = folder.at(name);
      const below_ = below(path, name);
      const stats = statsAt(at);
      if (!stats) continue;
      if (this.#isIgnored(textOf(below_), stats.isDirectory())) {
        this.ignored++;
        continue;
      }
      if (!(await this.add(below_, stats, at)) || !stats.isDirectory()) continue;
      if (depth <= 1) throw new FileFault('too_many_entries');
      const deeper = await openFolder(at, { entry: true }).catch(passBy);
      if (!deeper) {
        this.unreadable++;
        continue;
      }
      await using _ = deeper;
      await this.folder(deeper, below_, depth - 1);
    }
  }

  /** Takes one thing; false for what is none that can be saved. */
  async add(path: Buffer, stats: BigIntStats, at: Buffer): Promise<boolean> {
    const type = typeOf(stats);
    if (type === undefined) {
      this.special++;
      return false;
    }
    const target = type === 'symlink' ? linkAt(at) : undefined;
    if (type === 'symlink' && target === undefined) return false;
    if (++this.#entries > homeLimits.entries) throw new FileFault('too_many_entries');
    this.#batch.push({
      ...pathOut(path),
      type,
      mode: Number(stats.mode) & 0o7777,
      mtime_us: microseconds(stats),
      size: type === 'file' ? Number(stats.size) : 0,
      fingerprint: fingerprintOf(stats),
      ...(target && targetOut(target)),
    });
    // As it travels, where a byte may take six.
    this.#bytes += 6 * (path.length + (target?.length ?? 0)) + 300;
    if (this.#batch.length >= batchEntries || this.#bytes >= batchBytes) await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#call.item(this.#batch);
    this.#batch = [];
    this.#bytes = 0;
    this.#call.beat();
    // Calls are synchronous here, for speed: what the agent says has its turn in between.
    await setImmediate();
  }

  async #namesIn(folder: Folder): Promise<Buffer[]> {
    try {
      return await folder.names();
    } catch (error) {
      if (!isPassedBy(error)) throw error;
      this.unreadable++;
      return [];
    }
  }
}

function passBy(error: unknown): undefined {
  if (!isPassedBy(error)) throw error;
}

const textOf = (path: Buffer): string => {
  const { path: text } = pathOut(path);
  return text ?? path.toString('latin1');
};

function statsAt(at: Buffer): BigIntStats | undefined {
  try {
    return lstatSync(at, { bigint: true });
  } catch (error) {
    return passBy(error);
  }
}

function linkAt(at: Buffer): Buffer | undefined {
  try {
    return readlinkSync(at, { encoding: 'buffer' });
  } catch (error) {
    return passBy(error);
  }
}

function typeOf(stats: BigIntStats): Scanned['type'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : undefined;
}

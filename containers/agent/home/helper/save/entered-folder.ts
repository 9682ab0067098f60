import type { Buffer } from 'node:buffer';
import { closeSync, constants, opendirSync, openSync } from 'node:fs';
import { limits } from '../../../../../contract/api/limits.ts';
import { FileFault } from '../../../files/helper/file-fault.ts';

const reading = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const elsewhere = '/';

/**
 * An open folder that one can be in: what is reached from there stays the same, whatever becomes of its path. A name takes the kernel half
 * as long as on the way through `/proc/self/fd`.
 */
export class EnteredFolder implements Disposable {
  readonly #descriptor: number;

  /** Opens the folder that a path names, a link being none. Throws as the kernel does. */
  constructor(path: string | Buffer) {
    this.#descriptor = openSync(path, reading);
  }

  /** Runs what doesn't wait with the folder as the working directory. Throws as `run`, and for a folder that can't be entered. */
  within<T>(run: () => T): T {
    process.chdir(`/proc/self/fd/${this.#descriptor}`);
    try {
      return run();
    } finally {
      process.chdir(elsewhere);
    }
  }

  /** All its names, a character for each byte, in the order of these. Throws `too_many_entries` beyond `limits.files.folderEntries`. */
  names(): string[] {
    return this.within(() => {
      const names: string[] = [];
      const folder = opendirSync('.', { encoding: 'latin1', bufferSize: 256 });
      try {
        for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
          names.push(entry.name);
          if (names.length > limits.files.folderEntries) throw new FileFault('too_many_entries');
        }
      } finally {
        folder.closeSync();
      }
      return names.sort();
    });
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

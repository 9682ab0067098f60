import type { Terminal } from '../interact/terminal.ts';
import { formatBytes } from '../output/format-bytes.ts';

const everyMs = 200;

/** What has been copied so far, shown where somebody watches. */
export class CopyProgress {
  readonly #terminal: Terminal;
  #files = 0;
  #bytes = 0;
  #skipped = 0;
  #shownMs = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get totals(): { readonly files: number; readonly bytes: number; readonly skipped: number } {
    return { files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** A file that is whole. */
  file(): void {
    this.#files += 1;
    this.#show();
  }

  /** A listener for one file, whose own count begins at nothing. */
  meter(): (progress: { readonly bytes: number }) => void {
    let seen = 0;
    return ({ bytes }) => {
      this.#bytes += bytes - seen;
      seen = bytes;
      this.#show();
    };
  }

  /** What is neither a file nor a folder. */
  async skip(path: string, type: string): Promise<void> {
    this.#skipped += 1;
    await this.#terminal.say(`left out: ${path} (${type})`);
  }

  /** Takes the line away. */
  async end(): Promise<void> {
    if (this.#shownMs > 0) await this.#terminal.write('stderr', '\r\x1b[K');
  }

  #show(): void {
    const nowMs = performance.now();
    if (!this.#terminal.watched || nowMs - this.#shownMs < everyMs) return;
    this.#shownMs = nowMs;
    void this.#terminal.write('stderr', `\r\x1b[K${this.#files} files, ${formatBytes(this.#bytes)}`);
  }
}

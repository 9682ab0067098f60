import { Buffer } from 'node:buffer';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { limits } from '../../../../contract/api/limits.ts';

// Head and tail of one stream together are half of what is kept of a command.
const partBytes = limits.excerptBytes / 4;
// A thousand ended commands are remembered, and most have printed nothing to one of their streams.
const nothing = Buffer.alloc(0);

/** The first and the last bytes of a stream, kept in memory while it passes. */
export class Excerpt {
  #head: Buffer = nothing;
  #tail: Buffer = nothing;

  push(chunk: Buffer): void {
    const missing = partBytes - this.#head.length;
    if (missing > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, missing)]);
    const rest = chunk.subarray(Math.max(0, missing));
    if (rest.length > 0) this.#tail = lastBytes(Buffer.concat([this.#tail, lastBytes(rest)]));
  }

  /** The tail is empty when the head is everything. */
  report(): OutcomeReport['stdout'] {
    return { head: this.#head.toString('base64'), tail: this.#tail.toString('base64') };
  }

  /** Head and tail as text, for a person; a gap is shown by its mark. */
  text(): string {
    return this.#tail.length === 0 ? this.#head.toString() : `${this.#head.toString()}\n[…]\n${this.#tail.toString()}`;
  }
}

const lastBytes = (bytes: Buffer): Buffer => bytes.subarray(Math.max(0, bytes.length - partBytes));

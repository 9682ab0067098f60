import { Buffer } from 'node:buffer';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';

export interface LoggedLine {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogPart {
  readonly lines: readonly LoggedLine[];
  /** Where the next part starts. */
  readonly offset: number;
}

interface Segment {
  readonly start: number;
  readonly path: string;
}

const suffix = '.jsonl';
const segmentBytes = 4 * 1024 * 1024;
const keptSegments = 2;
// As much as one answer of CloudWatch holds.
const partBytes = 1024 * 1024;
// Six bytes of JSON for each character at worst, and a part has room for one whole line.
const messageLength = 128 * 1024;

/** One stream of lines on disk, addressed by byte offset, in segments of 4 MB of which the last two are kept. */
export class LogStream {
  readonly #folder: string;
  /** Found when the first line comes, since most streams are only looked at. */
  #end: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  append({ timestamp, message }: LoggedLine): void {
    const bytes = Buffer.from(`${JSON.stringify({ timestamp, message: message.slice(0, messageLength) })}\n`);
    let segment = this.#segments().at(-1);
    const end = this.#end ?? (segment ? segment.start + dropCutLine(segment.path) : 0);
    if (!segment || end + bytes.length > segment.start + segmentBytes) segment = this.#begin(end);
    appendFileSync(segment.path, bytes, { mode: 0o600 });
    // By the service's clock, which retention goes by.
    utimesSync(segment.path, timestamp / 1000, timestamp / 1000);
    this.#end = end + bytes.length;
  }

  /** Lines from `offset` on, or from the oldest that is kept; the same offset again at the end. */
  read(offset: number, limit: number): LogPart {
    const segments = this.#segments();
    const segment = segments.findLast(({ start }) => start <= offset) ?? segments[0];
    if (!segment) return { lines: [], offset };
    const from = Math.max(offset, segment.start);
    const bytes = readAt(segment.path, from - segment.start);
    const { lines, used } = cut(bytes, limit);
    const next = segments[segments.indexOf(segment) + 1];
    if (used === 0 && next) return this.read(next.start, limit);
    return { lines, offset: used === 0 ? offset : from + used };
  }

  /** When the last line came, by the clock that the lines go by; 0 when there is none. */
  lastAt(): number {
    const last = this.#segments().at(-1);
    return last ? statSync(last.path).mtimeMs : 0;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #begin(end: number): Segment {
    for (const { path } of this.#segments().slice(0, -(keptSegments - 1))) rmSync(path, { force: true });
    return this.#segment(end);
  }

  #segment(start: number): Segment {
    return { start, path: join(this.#folder, `${String(start).padStart(16, '0')}${suffix}`) };
  }

  /** Oldest first. */
  #segments(): Segment[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(suffix))
      .sort()
      .map((name) => this.#segment(Number(name.slice(0, -suffix.length))));
  }
}

/** Removes the line that a kill cut off, if there is one; the length of the rest. */
function dropCutLine(path: string): number {
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) truncateSync(path, whole);
  return whole;
}

function readAt(path: string, position: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(partBytes);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, position));
  } finally {
    closeSync(descriptor);
  }
}

/** Whole lines at the beginning of the bytes. */
function cut(bytes: Buffer, limit: number): { readonly lines: LoggedLine[]; readonly used: number } {
  const lines: LoggedLine[] = [];
  let used = 0;
  for (let end = bytes.indexOf('\n'); end >= 0 && lines.length < limit; end = bytes.indexOf('\n', used)) {
    lines.push(JSON.parse(bytes.toString('utf8', used, end)));
    used = end + 1;
  }
  return { lines, used };
}

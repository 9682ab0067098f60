import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LoggedLine, LogStream } from './log-stream.ts';

// With 8 MB each, all that this can ever take.
const mostStreams = 1_000;

/** The streams of one log group on disk, each there from its first line until its retention is over. */
export class LogStore {
  readonly #folder: string;
  readonly #open = new Map<string, LogStream>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  append(streamName: string, line: LoggedLine): void {
    const name = encodeURIComponent(streamName);
    const stream = this.#open.get(name) ?? this.#openStream(name);
    stream.append(line);
  }

  find(streamName: string): LogStream | undefined {
    const name = encodeURIComponent(streamName);
    return this.#open.get(name) ?? (this.#names().includes(name) ? this.#openStream(name) : undefined);
  }

  /** Removes streams without a line since `beforeMs`, and the longest silent ones above the most there may be. */
  sweep(beforeMs: number): void {
    const streams = this.#names()
      .map((name) => ({ name, stream: this.#open.get(name) ?? new LogStream(join(this.#folder, name)) }))
      .map(({ name, stream }) => ({ name, stream, lastAt: stream.lastAt() }))
      .sort((a, b) => b.lastAt - a.lastAt);
    for (const [index, { name, stream, lastAt }] of streams.entries()) {
      if (index < mostStreams && lastAt >= beforeMs) continue;
      this.#open.delete(name);
      stream.remove();
    }
  }

  #openStream(name: string): LogStream {
    const stream = new LogStream(join(this.#folder, name));
    this.#open.set(name, stream);
    return stream;
  }

  #names(): string[] {
    return readdirSync(this.#folder);
  }
}

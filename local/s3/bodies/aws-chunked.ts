import { Buffer } from 'node:buffer';
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../../aws/aws-error.ts';

const longestLine = 8 * 1024;
const mostTrailers = 8;

/** Takes a body out of `aws-chunked`, in which the SDK sends what it can't hash beforehand, and keeps the trailers. */
export class AwsChunked extends Transform {
  readonly trailers = new Map<string, string>();
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'end' = 'size';
  #line = Buffer.alloc(0);
  #left = 0;

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    try {
      let rest = piece;
      while (rest.length > 0) rest = this.#state === 'data' ? this.#takeData(rest) : this.#takeLine(rest);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#state === 'end' ? null : incomplete());
  }

  #takeData(piece: Buffer): Buffer {
    const taken = piece.subarray(0, this.#left);
    this.push(taken);
    this.#left -= taken.length;
    if (this.#left === 0) this.#state = 'data-end';
    return piece.subarray(taken.length);
  }

  #takeLine(piece: Buffer): Buffer {
    if (this.#state === 'end') throw incomplete();
    const end = piece.indexOf('\n');
    const taken = end < 0 ? piece : piece.subarray(0, end + 1);
    if (this.#line.length + taken.length > longestLine) throw incomplete();
    this.#line = Buffer.concat([this.#line, taken]);
    if (end >= 0) {
      const line = this.#line.toString('latin1');
      this.#line = Buffer.alloc(0);
      if (!line.endsWith('\r\n')) throw incomplete();
      this.#readLine(line.slice(0, -2));
    }
    return piece.subarray(taken.length);
  }

  #readLine(line: string): void {
    if (this.#state === 'trailers') this.#readTrailer(line);
    else if (this.#state === 'size') this.#readSize(line);
    else if (line !== '') throw incomplete();
    else this.#state = 'size';
  }

  #readSize(line: string): void {
    const [, hex] = /^([0-9a-f]{1,10})(;.*)?$/i.exec(line) ?? [];
    if (hex === undefined) throw incomplete();
    this.#left = Number.parseInt(hex, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'data';
  }

  #readTrailer(line: string): void {
    if (line === '') {
      this.#state = 'end';
      return;
    }
    const colon = line.indexOf(':');
    if (colon < 1 || this.trailers.size >= mostTrailers) throw incomplete();
    this.trailers.set(line.slice(0, colon).toLowerCase().trim(), line.slice(colon + 1).trim());
  }
}

const incomplete = () => new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);

import { Duplex, type Readable, type Writable } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { ChannelError } from '../channel-error.ts';
import { endBurst, escapeBurst, Unescaper } from './terminal-escape.ts';

/** The two directions of the terminal; a Duplex serves as both. */
export interface TerminalEnds {
  readonly input: Readable;
  readonly output: Writable;
}

// What one burst takes at most, and what stands between two stages.
const burstBytes = 64 * 1024;
const pieceBytes = 16 * 1024;

/**
 * Bytes over a terminal, both ways: compressed, escaped, and each burst flushed so that the other side has all of it.
 * The path gives a megabyte a second at best, so level 6 pays even for a quarter of a processor.
 *
 * Its end is told to the other side in the stream itself, so either direction may end before the other.
 * Fails with `terminal_cut` when the terminal ends before the stream, `terminal_garbled` when the bytes were changed and
 * `peer_quit` when the other side gave up. A failure or a `destroy` of it destroys both ends of the terminal.
 */
export const terminalDuplex = (ends: TerminalEnds): Duplex => new TerminalDuplex(ends);

class TerminalDuplex extends Duplex {
  readonly #ends: TerminalEnds;
  readonly #deflate = createDeflateRaw({ level: 6, flush: constants.Z_SYNC_FLUSH, chunkSize: pieceBytes });
  readonly #inflate = createInflateRaw({ flush: constants.Z_SYNC_FLUSH, chunkSize: pieceBytes });
  readonly #unescaper = new Unescaper();
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #bursting = false;
  #whenRoom: (() => void) | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(ends: TerminalEnds) {
    super({ readableHighWaterMark: burstBytes, writableHighWaterMark: burstBytes });
    this.#ends = ends;
    this.#joinOutput(ends.output);
    this.#joinInput(ends.input);
  }

  #joinOutput(output: Writable): void {
    const deflate = this.#deflate;
    deflate.on('data', (bytes: Buffer) => {
      if (!output.write(escapeBurst(bytes))) deflate.pause();
    });
    output.on('drain', () => deflate.resume());
    for (const part of [deflate, output]) part.on('error', (error) => this.destroy(error));
    output.on('close', () => {
      if (!output.writableFinished) this.#cut();
    });
  }

  #joinInput(input: Readable): void {
    const inflate = this.#inflate;
    input.on('data', (bytes: Buffer) => this.#receive(bytes));
    // An inflate that ends in the middle of its stream fails, after it has given all it had.
    input.on('end', () => inflate.end());
    input.on('error', (error) => this.destroy(error));
    input.on('close', () => {
      if (!input.readableEnded && !this.#unescaper.ended) this.#cut();
    });
    inflate.on('drain', () => input.resume());
    inflate.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inflate.pause();
    });
    inflate.on('end', () => this.push(null));
    inflate.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'Z_BUF_ERROR') this.#cut(cause);
      else this.destroy(new ChannelError('terminal_garbled', 'the compressed stream is broken', { cause }));
    });
  }

  #receive(bytes: Buffer): void {
    if (this.#unescaper.ended) return;
    try {
      const compressed = this.#unescaper.push(bytes);
      if (compressed.length > 0 && !this.#inflate.write(compressed)) this.#ends.input.pause();
      if (this.#unescaper.ended) {
        this.#inflate.end();
        // What follows is read and dropped, so that the end of the terminal is seen.
        this.#ends.input.resume();
      }
    } catch (error) {
      this.destroy(error as ChannelError);
    }
  }

  #cut(cause?: Error): void {
    this.destroy(new ChannelError('terminal_cut', 'the terminal ended before the stream did', { cause }));
  }

  override _read(): void {
    this.#inflate.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes < burstBytes) callback();
    else this.#whenRoom = callback;
    if (this.#bursting) return;
    this.#bursting = true;
    // What else is written in this tick joins the burst.
    process.nextTick(() => this.#burst());
  }

  #burst(): void {
    if (this.destroyed) return;
    const burst = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#deflate.write(burst, (error) => {
      if (error) return;
      this.#bursting = this.#gathered.length > 0;
      if (this.#bursting) this.#burst();
      else this.#whenIdle?.();
    });
    const whenRoom = this.#whenRoom;
    this.#whenRoom = undefined;
    whenRoom?.();
  }

  override _final(callback: (error?: Error | null) => void): void {
    const { output } = this.#ends;
    const finish = () => {
      this.#deflate.once('end', () => {
        output.write(endBurst);
        output.end(callback);
      });
      this.#deflate.end();
    };
    if (this.#bursting) this.#whenIdle = finish;
    else finish();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    for (const part of [this.#deflate, this.#inflate, this.#ends.output, this.#ends.input]) part.destroy();
    callback(error);
  }
}

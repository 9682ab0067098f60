import { Duplex, type Readable, type Writable } from 'node:stream';
import { ChannelError } from '../channel-error.ts';
import { assertWindow, createCompressor, createExpander } from './compression.ts';
import { endBurst, escapeBurst, Unescaper } from './terminal-escape.ts';

/** The two directions of the terminal; a Duplex serves as both. */
export interface TerminalEnds {
  readonly input: Readable;
  readonly output: Writable;
}

// What one burst takes at most.
const burstBytes = 64 * 1024;

/**
 * Bytes over a terminal, both ways: compressed, escaped, and each burst flushed so that the other side has all of it.
 *
 * Its end is told to the other side in the stream itself, so either direction may end before the other.
 * Fails with `terminal_cut` when the terminal ends before the stream, `terminal_garbled` when the bytes were changed and
 * `peer_quit` when the other side gave up. A failure or a `destroy` of it destroys both ends of the terminal.
 */
export const terminalDuplex = (ends: TerminalEnds): Duplex => new TerminalDuplex(ends);

class TerminalDuplex extends Duplex {
  readonly #ends: TerminalEnds;
  readonly #compressor = createCompressor();
  readonly #expander = createExpander();
  readonly #unescaper = new Unescaper();
  #hasBegun = false;
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
    const compressor = this.#compressor;
    compressor.on('data', (bytes: Buffer) => {
      if (!output.write(escapeBurst(bytes))) compressor.pause();
    });
    output.on('drain', () => compressor.resume());
    for (const part of [compressor, output]) part.on('error', (error) => this.destroy(error));
    output.on('close', () => {
      if (!output.writableFinished) this.#cut();
    });
  }

  #joinInput(input: Readable): void {
    const expander = this.#expander;
    input.on('data', (bytes: Buffer) => this.#receive(bytes));
    // One that ends in the middle of its stream fails, after it has given all it had.
    input.on('end', () => expander.end());
    input.on('error', (error) => this.destroy(error));
    input.on('close', () => {
      if (!input.readableEnded && !this.#unescaper.ended) this.#cut();
    });
    expander.on('drain', () => input.resume());
    expander.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) expander.pause();
    });
    expander.on('end', () => this.push(null));
    expander.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'Z_BUF_ERROR') this.#cut(cause);
      else this.destroy(new ChannelError('terminal_garbled', 'the compressed stream is broken', { cause }));
    });
  }

  #receive(bytes: Buffer): void {
    if (this.#unescaper.ended) return;
    try {
      this.#expand(this.#unescaper.push(bytes));
      if (this.#unescaper.ended) {
        this.#expander.end();
        // What follows is read and dropped, so that the end of the terminal is seen.
        this.#ends.input.resume();
      }
    } catch (error) {
      this.destroy(error as ChannelError);
    }
  }

  #expand(compressed: Buffer): void {
    const [first] = compressed;
    if (first === undefined) return;
    if (!this.#hasBegun) assertWindow(first);
    this.#hasBegun = true;
    if (!this.#expander.write(compressed)) this.#ends.input.pause();
  }

  #cut(cause?: Error): void {
    this.destroy(new ChannelError('terminal_cut', 'the terminal ended before the stream did', { cause }));
  }

  override _read(): void {
    this.#expander.resume();
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
    this.#compressor.write(burst, (error) => {
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
      this.#compressor.once('end', () => {
        output.write(endBurst);
        output.end(callback);
      });
      this.#compressor.end();
    };
    if (this.#bursting) this.#whenIdle = finish;
    else finish();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    for (const part of [this.#compressor, this.#expander, this.#ends.output, this.#ends.input]) part.destroy();
    callback(error);
  }
}

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { TerminalSize } from '../../commands/command-settings.ts';
import { passOutput } from './pass-output.ts';

/** Why a command line ends early, by the person or by what reads its output. The exit code is the shell's for it. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = exitCode;
  }
}

type Style = Parameters<typeof styleText>[0];
type Channel = Writable & { readonly isTTY?: boolean; readonly rows?: number; readonly columns?: number };
type Input = Readable & {
  readonly isTTY?: boolean;
  readonly fd?: number;
  setRawMode?(raw: boolean): unknown;
  unref?(): unknown;
};

// JSON leaves these as they are, and terminals do not. Within its strings the escape means the same.
const steering = /[\x7f-\x9f\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const escaped = (line: string): string =>
  line.replace(steering, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

// Where nobody can see how large the terminal is.
const usualSize: TerminalSize = { rows: 24, cols: 80 };

/** The two outputs and the one input of a command line. Resolves a write only when there is room for the next. */
export class Terminal {
  readonly stdin: Input;
  readonly #stdout: Channel;
  readonly #stderr: Channel;
  readonly #ending = new AbortController();
  #raw = false;

  constructor(streams: { stdin: Input; stdout: Channel; stderr: Channel }) {
    this.stdin = streams.stdin;
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    for (const channel of [streams.stdout, streams.stderr]) {
      // Whoever reads the output may stop at any time, as head does; 141 is what a shell shows for SIGPIPE.
      channel.on('error', (error) => this.#ending.abort(new Interruption(`output closed: ${error.message}`, 141)));
    }
  }

  /** Aborts with an Interruption. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether somebody watches, and progress is worth telling. */
  get watched(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** In characters; 24 by 80 where the output is none. */
  get size(): TerminalSize {
    const { rows, columns } = this.#stdout;
    return rows && columns ? { rows, cols: columns } : usualSize;
  }

  /** Whether each key goes through as it is typed, Ctrl-C too. */
  get isRaw(): boolean {
    return this.#raw;
  }

  /** Makes it so until the answer is disposed, and output as it comes; nothing where the input is no terminal. */
  raw(): Disposable {
    const { stdin } = this;
    const set = (raw: boolean) => {
      if (!stdin.isTTY || stdin.destroyed) return;
      stdin.setRawMode?.(raw);
      if (raw && stdin.fd !== undefined) passOutput(stdin.fd);
      this.#raw = raw;
    };
    set(true);
    return { [Symbol.dispose]: () => set(false) };
  }

  /** Called when the size has changed. */
  onResize(listener: (size: TerminalSize) => void): Disposable {
    const onResize = () => listener(this.size);
    this.#stdout.on('resize', onResize);
    return { [Symbol.dispose]: () => void this.#stdout.off('resize', onResize) };
  }

  /** Reads no more input, so that the process can end. */
  releaseInput(): void {
    this.stdin.pause();
    this.stdin.unref?.();
  }

  interrupt(reason: Interruption): void {
    this.#ending.abort(reason);
  }

  /** A result: JSON, or lines with nothing in them but what is printable. */
  print(line: string): Promise<void> {
    return this.write('stdout', `${escaped(line)}\n`);
  }

  /** Everything that is not a result. */
  say(line: string): Promise<void> {
    return this.write('stderr', `${escaped(line)}\n`);
  }

  async write(name: 'stdout' | 'stderr', data: Uint8Array | string): Promise<void> {
    const channel = name === 'stdout' ? this.#stdout : this.#stderr;
    // After the end the last words are written without waiting, to whatever still listens.
    if (!channel.writable || channel.write(data) || this.ending.aborted) return;
    await once(channel, 'drain', { signal: this.ending }).catch((error: unknown) => {
      this.ending.throwIfAborted();
      throw error;
    });
  }

  /** Coloured on a terminal, unless NO_COLOR says not to. */
  style(name: 'stdout' | 'stderr', style: Style, text: string): string {
    return styleText(style, text, { stream: name === 'stdout' ? this.#stdout : this.#stderr });
  }
}

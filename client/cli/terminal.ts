import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

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
type Channel = Writable & { readonly isTTY?: boolean };

/** The two outputs and the one input of a command line. Resolves a write only when there is room for the next. */
export class Terminal {
  readonly stdin: Readable;
  readonly #stdout: Channel;
  readonly #stderr: Channel;
  readonly #ending = new AbortController();

  constructor(streams: { stdin: Readable; stdout: Channel; stderr: Channel }) {
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

  interrupt(reason: Interruption): void {
    this.#ending.abort(reason);
  }

  /** A result. */
  print(line: string): Promise<void> {
    return this.write('stdout', `${line}\n`);
  }

  /** Everything that is not a result. */
  say(line: string): Promise<void> {
    return this.write('stderr', `${line}\n`);
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

import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { matrxEnvironment } from './matrx-program.ts';

interface ScreenOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly rows?: number;
  readonly cols?: number;
}

/** Far beyond what any screen here takes to come. */
const hangMs = 30_000;

/** A program in a terminal, as a person at it would see and use it. */
export class Screen implements AsyncDisposable {
  readonly #pty: IPty;
  readonly #terminal: Terminal;
  readonly #changed = new Set<() => void>();
  #exitCode: number | undefined;

  constructor([file = '', ...args]: readonly string[], { env, rows = 24, cols = 80 }: ScreenOptions) {
    this.#terminal = new Terminal({ rows, cols, allowProposedApi: true });
    this.#pty = spawn(file, args, {
      name: 'xterm-256color',
      rows,
      cols,
      env: { ...matrxEnvironment, TERM: 'xterm-256color', ...env },
    });
    this.#pty.onData((data) => {
      this.#terminal.write(data, () => this.#tell());
    });
    // What the screen itself answers, as a real one does when it is asked where the cursor is.
    this.#terminal.onData((data) => this.#pty.write(data));
    this.#pty.onExit(({ exitCode }) =>
      // What came before the end is on the screen first.
      this.#terminal.write('', () => {
        this.#exitCode = exitCode;
        this.#tell();
      }),
    );
  }

  /** Whether a program in full screen shows its own one. */
  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Everything on the screen, lines without their ends. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: this.#terminal.rows }, (_, row) =>
      active.getLine(active.viewportY + row)?.translateToString(true),
    );
    return lines.join('\n').trimEnd();
  }

  /** The colour of the first character of this text, where it is on the screen: a number of the palette, -1 by default. */
  colourOf(text: string): number | undefined {
    const { active } = this.#terminal.buffer;
    for (let row = 0; row < this.#terminal.rows; row++) {
      const line = active.getLine(active.viewportY + row);
      const column = line?.translateToString(true).indexOf(text) ?? -1;
      if (line && column >= 0) return line.getCell(column)?.getFgColor();
    }
    return undefined;
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(rows: number, cols: number): void {
    this.#terminal.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  /** Resolves when the screen shows it. Rejects with the screen as it is, when the program has ended or nothing comes. */
  shows(what: string | RegExp): Promise<void> {
    const found = () => (typeof what === 'string' ? this.text.includes(what) : what.test(this.text));
    return this.until(found, String(what));
  }

  async until(reached: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(hangMs);
    while (!reached()) {
      if (deadline.aborted || this.#exitCode !== undefined)
        throw new Error(`waited for ${what}, exit code ${this.#exitCode}:\n${this.text}`);
      await this.#change(deadline);
    }
  }

  /** The program's exit code, when it has one. */
  async exited(): Promise<number> {
    const deadline = AbortSignal.timeout(hangMs);
    while (this.#exitCode === undefined) {
      if (deadline.aborted) throw new Error(`it does not end:\n${this.text}`);
      await this.#change(deadline);
    }
    return this.#exitCode;
  }

  kill(signal: NodeJS.Signals): void {
    this.#pty.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exitCode === undefined) this.#pty.kill('SIGKILL');
    await this.exited();
    this.#terminal.dispose();
  }

  #change(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#changed.delete(done);
        deadline.removeEventListener('abort', done);
        resolve();
      };
      this.#changed.add(done);
      deadline.addEventListener('abort', done, { once: true });
    });
  }

  #tell(): void {
    for (const done of [...this.#changed]) done();
  }
}

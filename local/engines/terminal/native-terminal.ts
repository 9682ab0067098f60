import { createRequire } from 'node:module';

/** A terminal of the kernel with a program on it. */
export interface NativeTerminal {
  /** The near side, non-blocking. It isn't closed on exec: every child this process starts later inherits it. */
  readonly fd: number;
  /** The program: leader of a session whose controlling terminal this is. */
  readonly pid: number;
}

interface Addon {
  fork(
    file: string,
    args: readonly string[],
    environment: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (exitCode: number, signal: number) => void,
  ): NativeTerminal;
  resize(fd: number, columns: number, rows: number): void;
}

const keepUser = -1;

// The addon below @lydell/node-pty's JavaScript, whose two shortcuts cost bytes or time: it closes a terminal 200 ms
// after its program has ended, read or not, and it writes through a handle that stops the whole process while the
// terminal is full. The version is pinned in package.json.
function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  const { requireBinary } = require('@lydell/node-pty/requireBinary.js') as { requireBinary(name: string): Addon };
  return requireBinary('pty.node');
}

let addon: Addon | undefined;
const loaded = () => {
  addon ??= loadAddon();
  return addon;
};

/** Why this host has no terminals to offer, if it hasn't. */
export function missingTerminals(): string | undefined {
  try {
    loaded();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Starts a program on a new terminal of 80 columns and 24 rows. `onExit` comes once, when the program has ended. */
export function forkTerminal(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  onExit: (exitCode: number, signal: number) => void,
): NativeTerminal {
  const [file = '', ...args] = argv;
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return loaded().fork(file, args, entries, '/', 80, 24, keepUser, keepUser, false, '', onExit);
}

/** Sets the size that programs on the terminal see, in characters. */
export function resizeTerminal(terminal: NativeTerminal, columns: number, rows: number): void {
  loaded().resize(terminal.fd, columns, rows);
}

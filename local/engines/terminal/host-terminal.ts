import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Terminal } from '../engine.ts';
import type { TerminalEnd, TerminalStart, TerminalWish } from './terminal-host.ts';

const hostProgram = join(import.meta.dirname, 'terminal-host.ts');

/** How a terminal ends whose own process died: as if the program had been killed. */
const lostEnd: TerminalEnd = { exitCode: 0, signal: 9 };

/** A terminal with a program of this host on it, in a process of its own. */
export class HostTerminal implements Terminal {
  readonly exited: Promise<TerminalEnd>;
  readonly #host: ChildProcess;
  readonly #wire: Socket;

  /** Starts `argv` with exactly this environment. Throws when the host can't start a process. */
  constructor(argv: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#host = spawn(process.execPath, [hostProgram], {
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'],
      // A Ctrl-C at the service's own terminal is the service's to handle.
      detached: true,
    });
    if (this.#host.pid === undefined) throw new Error('the process for a terminal could not be started');
    this.#wire = this.#host.stdio[3] as Socket;
    // A host that dies resets the wire; its exit says so.
    this.#wire.on('error', () => this.#wire.destroy());
    this.#host.send({ argv, environment } satisfies TerminalStart, () => {});
    this.exited = this.#watch();
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#wire.on('data', listener);
  }

  write(chunk: Buffer): boolean {
    return this.#wire.writable ? this.#wire.write(chunk) : true;
  }

  drained(): Promise<void> {
    const wire = this.#wire;
    if (!wire.writableNeedDrain || !wire.writable) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        wire.off('drain', done).off('close', done);
        resolve();
      };
      wire.on('drain', done).on('close', done);
    });
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  resize(columns: number, rows: number): void {
    this.#wish({ do: 'resize', columns, rows });
  }

  kill(): void {
    this.#wish({ do: 'kill' });
    // Nobody may be reading any more; what is left unread must not keep the terminal.
    if (!this.#wire.readableFlowing) this.#wire.destroy();
  }

  #wish(wish: TerminalWish): void {
    if (this.#host.connected) this.#host.send(wish, () => {});
  }

  async #watch(): Promise<TerminalEnd> {
    const host = this.#host;
    const exited = new Promise<TerminalEnd>((resolve) => host.once('exit', () => resolve(lostEnd)));
    const closed = new Promise<void>((resolve) => this.#wire.once('close', () => resolve()));
    const reported = new Promise<TerminalEnd>((resolve) => host.once('message', resolve));
    // The process waits for our hang-up after its report, so it exits first only if it failed.
    const end = await Promise.race([reported, exited]);
    await closed;
    if (host.connected) host.disconnect();
    await exited;
    return end;
  }
}

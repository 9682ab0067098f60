import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../engine.ts';
import type { DockerClient } from './api/docker-client.ts';
import { readSession } from './api/read-session.ts';

type TerminalEnd = Awaited<Terminal['exited']>;

/** What a terminal needs of its machine. */
export interface TerminalHost {
  readonly client: DockerClient;
  /** Prepares the exec; answers its id. Rejects when the machine has ended. */
  create(): Promise<string>;
  /** Ends every process of a session. Never rejects. */
  killSession(session: string): Promise<void>;
  /** Aborted when the machine's processes have ended. */
  readonly ended: AbortSignal;
}

/** As if the program had been killed: what is said of one that nobody can ask about any more. */
const lostEnd: TerminalEnd = { exitCode: 0, signal: 9 };

const bufferedBytes = 64 * 1024;
// An engine drops what is still unread two seconds after a program's end.
const lookEveryMs = 500;
const endPauseMs = 5;
const highestSignal = 64;

/** A program on a terminal of a container. */
export class ExecTerminal implements Terminal {
  readonly exited: Promise<TerminalEnd>;
  readonly #host: TerminalHost;
  readonly #input = new PassThrough({ highWaterMark: bufferedBytes });
  readonly #output = new PassThrough({ highWaterMark: bufferedBytes });
  /** The program's session in the machine, or none when it never started. */
  readonly #session = Promise.withResolvers<string | undefined>();
  #exec = '';
  #wire: Duplex | undefined;
  #resized: Promise<unknown>;
  #killed = false;
  #over = false;

  constructor(host: TerminalHost) {
    this.#host = host;
    this.#resized = this.#session.promise;
    this.exited = this.#run();
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#output.on('data', listener);
  }

  write(chunk: Buffer): boolean {
    return this.#over || this.#input.write(chunk);
  }

  async drained(): Promise<void> {
    if (this.#over || !this.#input.writableNeedDrain) return;
    await Promise.race([once(this.#input, 'drain'), once(this.#input, 'close')]);
  }

  pause(): void {
    this.#output.pause();
  }

  resume(): void {
    this.#output.resume();
  }

  resize(columns: number, rows: number): void {
    this.#resized = this.#resized.then(async () => {
      if (this.#over) return;
      // A program that has just ended has no size.
      await this.#host.client
        .call('POST', `/exec/${this.#exec}/resize`, { query: { w: columns, h: rows } })
        .catch(() => {});
    });
  }

  kill(): void {
    if (this.#over) return;
    this.#killed = true;
    void this.#kill();
  }

  async #kill(): Promise<void> {
    const session = await this.#session.promise;
    if (session !== undefined && !this.#over) await this.#host.killSession(session);
    // Nobody may be reading any more; what is left unread must not keep the terminal.
    if (this.#output.readableFlowing && !this.#host.ended.aborted) return;
    this.#wire?.destroy();
    this.#output.destroy();
  }

  async #run(): Promise<TerminalEnd> {
    try {
      const wire = await this.#open();
      const read = Promise.race([once(this.#output, 'end'), once(this.#output, 'close')]);
      await this.#readAll(wire);
      if (this.#output.readableLength > 0) await read;
      return await this.#readEnd();
    } catch {
      return lostEnd;
    } finally {
      this.#over = true;
      this.#session.resolve(undefined);
      this.#wire?.destroy();
      this.#input.destroy();
      this.#output.destroy();
    }
  }

  async #open(): Promise<Duplex> {
    this.#exec = await this.#host.create();
    const wire = await this.#host.client.hijack(`/exec/${this.#exec}/start`, { body: { Detach: false, Tty: true } });
    this.#wire = wire;
    // An engine that dies resets the connection; how the program ended is asked for in any case.
    wire.on('error', () => wire.destroy());
    this.#session.resolve(await readSession(wire));
    void this.#writeAll(wire).catch(() => wire.destroy());
    return wire;
  }

  /** Sends input in the order of its arrival, size included: that goes by another connection. */
  async #writeAll(wire: Duplex): Promise<void> {
    for await (const chunk of this.#input) {
      await this.#resized;
      if (!wire.write(chunk)) await once(wire, 'drain');
    }
  }

  /** Reads at the listeners' pace while the program runs, and at once what it leaves. */
  async #readAll(wire: Duplex): Promise<void> {
    let ended = false;
    for await (const chunk of wire) {
      if (this.#output.write(chunk) || ended) continue;
      ended = await this.#drainsBeforeEnd();
    }
    this.#output.end();
  }

  /** Waits until there is room, or the program has ended; answers whether it has. */
  async #drainsBeforeEnd(): Promise<boolean> {
    const room = new AbortController();
    const onRoom = () => room.abort();
    this.#output.once('drain', onRoom).once('close', onRoom);
    try {
      while (!room.signal.aborted) {
        await sleep(lookEveryMs, undefined, { signal: room.signal }).catch(() => {});
        if (!room.signal.aborted && !(await this.#inspect()).Running) return true;
      }
      return false;
    } finally {
      this.#output.off('drain', onRoom).off('close', onRoom);
    }
  }

  /** How it ended, in the shell's numbers: whether a signal or an exit of 128 and more, they don't tell. */
  async #readEnd(): Promise<TerminalEnd> {
    let state = await this.#inspect();
    // The connection ends a moment before the engine has noted the exit.
    while (state.Running && !this.#host.ended.aborted) {
      await sleep(endPauseMs);
      state = await this.#inspect();
    }
    const exitCode = state.ExitCode;
    if (this.#killed || exitCode === null || state.Running) return lostEnd;
    const signal = exitCode - 128;
    return signal > 0 && signal <= highestSignal ? { exitCode: 0, signal } : { exitCode, signal: 0 };
  }

  #inspect(): Promise<{ Running: boolean; ExitCode: number | null }> {
    return this.#host.client.call('GET', `/exec/${this.#exec}/json`);
  }
}

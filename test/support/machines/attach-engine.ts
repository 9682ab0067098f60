import { type Duplex, PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { attach } from '../../../channel/far/attach.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Engine, Machine, Terminal } from '../../../local/engines/engine.ts';

/** "Machines" in this process, whose every terminal runs `attach`, joined to what `connect` gives. They isolate nothing. */
export function attachEngine(connect: () => Duplex, clock: Clock): Engine {
  return {
    name: 'namespaces',
    networks: ['none'],
    probe: async () => ({ ok: true, notes: [] }),
    sweep: async () => undefined,
    start: async ({ id }): Promise<Machine> => {
      const terminals = new Set<AttachTerminal>();
      const ended = Promise.withResolvers<void>();
      return {
        id,
        exited: ended.promise.then(() => ({ exitCode: 0, outOfMemory: false })),
        openTerminal: () => {
          const terminal = new AttachTerminal(connect, clock);
          terminals.add(terminal);
          return terminal;
        },
        signal: () => {
          for (const terminal of terminals) terminal.kill();
          ended.resolve();
        },
      };
    },
  };
}

/** A raw terminal with `attach` on it, as big as a real one. */
class AttachTerminal implements Terminal {
  readonly exited: Promise<{ exitCode: number; signal: number }>;
  readonly #typed = new PassThrough({ highWaterMark: 20 * 1024 });
  readonly #printed = new PassThrough({ highWaterMark: 20 * 1024 });

  constructor(connect: () => Duplex, clock: Clock) {
    this.exited = this.#run(connect, clock);
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#printed.on('data', listener);
  }

  write(chunk: Buffer): boolean {
    return this.#typed.destroyed || this.#typed.writableEnded || this.#typed.write(chunk);
  }

  async drained(): Promise<void> {
    if (this.#typed.destroyed || !this.#typed.writableNeedDrain) return;
    await new Promise<void>((resolve) => void this.#typed.once('drain', resolve).once('close', resolve));
  }

  pause(): void {
    this.#printed.pause();
  }

  resume(): void {
    this.#printed.resume();
  }

  resize(): void {}

  kill(): void {
    this.#typed.destroy();
    this.#printed.destroy();
  }

  async #run(connect: () => Duplex, clock: Clock): Promise<{ exitCode: number; signal: number }> {
    await attach({ input: this.#typed, output: this.#printed, connect, clock }).catch(() => undefined);
    this.#typed.destroy();
    if (!this.#printed.destroyed && !this.#printed.writableEnded) this.#printed.end();
    await finished(this.#printed).catch(() => undefined);
    return { exitCode: 0, signal: 0 };
  }
}

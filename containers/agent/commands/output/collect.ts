import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../../contract/clock.ts';
import type { Excerpt } from './excerpt.ts';
import type { Spool } from './spool.ts';

/** How long output may still come once the command's leader has ended. */
const drainMs = 500;
/** More than a pipe holds and Node has read ahead: what comes beyond it was written later. */
const heldBytes = 256 * 1024;

interface Source {
  readonly reader: Readable;
  readonly spool: Spool;
  readonly excerpt: Excerpt;
}

/** Takes one stream to the end, never faster than the disk. */
class Pump {
  readonly #source: Source;
  #keeping = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Whether something is on its way that has been read already. */
  get isBusy(): boolean {
    return this.#keeping || this.#source.reader.readableLength > 0;
  }

  get taken(): number {
    return this.#source.spool.produced;
  }

  async run(): Promise<void> {
    const { reader, spool, excerpt } = this.#source;
    try {
      for await (const chunk of reader as AsyncIterable<Buffer>) {
        this.#keeping = true;
        excerpt.push(chunk);
        await spool.append(chunk);
        this.#keeping = false;
      }
    } catch {
      // The pipe was closed from this side, or broke: what came is kept, and the leader says how the command ended.
    }
    await spool.close();
  }

  stop(): void {
    this.#source.reader.destroy();
  }
}

/** Collects output until every pipe has ended, or `drainMs` after `ended` whoever still holds one. */
export async function collect(sources: readonly Source[], ended: Promise<unknown>, clock: Clock): Promise<void> {
  const pumps = sources.map((source) => new Pump(source));
  const all = Promise.all(pumps.map((pump) => pump.run()));
  await ended;
  using _ = clock.after(drainMs, () => pumps.forEach((pump) => void stopWhenRead(pump)));
  await all;
}

/**
 * Stops once what the pipe held is read. A timer that is late, because many commands were started at once, is called before
 * what has long been written is looked at.
 */
async function stopWhenRead(pump: Pump): Promise<void> {
  const most = pump.taken + heldBytes;
  for (let before = -1; pump.isBusy || (pump.taken !== before && pump.taken < most); await nextTurn()) {
    before = pump.taken;
    await nextTurn();
  }
  pump.stop();
}

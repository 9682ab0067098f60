import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../../contract/clock.ts';
import type { Excerpt } from './excerpt.ts';
import type { Spool } from './spool.ts';

/** How long output may still come once the command's leader has ended. */
const drainMs = 500;

/** Takes one stream to the end, never faster than the disk. */
async function pump(source: Readable, spool: Spool, excerpt: Excerpt): Promise<void> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      excerpt.push(chunk);
      await spool.append(chunk);
    }
  } catch {
    // The pipe was closed from this side, or broke: what came is kept, and the leader says how the command ended.
  }
  await spool.close();
}

interface Source {
  readonly reader: Readable;
  readonly spool: Spool;
  readonly excerpt: Excerpt;
}

/** Collects output until every pipe has ended, or `drainMs` after `ended` whoever still holds one. */
export async function collect(sources: readonly Source[], ended: Promise<unknown>, clock: Clock): Promise<void> {
  const all = Promise.all(sources.map(({ reader, spool, excerpt }) => pump(reader, spool, excerpt)));
  await ended;
  using _ = clock.after(drainMs, () => {
    for (const { reader } of sources) reader.destroy();
  });
  await all;
}

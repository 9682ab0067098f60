import type { Follow } from '../../../contract/agent/commands.ts';
import type { Frame } from '../../../contract/agent/frames.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Command } from '../commands/command.ts';
import type { Spool } from '../commands/output/spool.ts';
import { Wakeup } from './wakeup.ts';

// Small enough that a slow follower holds little, large enough that a fast one is not slowed.
const frameBytes = 64 * 1024;

/** One follower's place in one stream. */
class Cursor {
  readonly #kind: 'stdout' | 'stderr';
  readonly #spool: Spool;
  #offset: number;
  #left: number;

  constructor(kind: 'stdout' | 'stderr', spool: Spool, offset: number, bytes: number | undefined) {
    this.#kind = kind;
    this.#spool = spool;
    this.#offset = offset;
    this.#left = bytes ?? Number.POSITIVE_INFINITY;
  }

  async next(): Promise<Frame | undefined> {
    if (this.#left <= 0) return undefined;
    const piece = await this.#spool.read(this.#offset, Math.min(frameBytes, this.#left));
    if (!piece) return undefined;
    this.#offset = piece.offset + piece.data.length;
    this.#left -= piece.data.length;
    return { kind: this.#kind, ...piece };
  }
}

/** What of a command its followers need. */
type Followed = Pick<Command, 'id' | 'cwd' | 'changes' | 'hasEnded'> & {
  readonly output: Pick<Command['output'], 'stdout' | 'stderr'>;
  readonly outcome: unknown;
};

/**
 * What a follower gets: `started`, output from its offsets on, a heartbeat whenever nothing was said for
 * `limits.heartbeatSeconds`, and `finished` with the outcome. Where output is no longer kept, the next frame's offset
 * says so. `follow.until` lets it be finished before the command is, with the outcome as it stands. Ends early, without
 * `finished`, only by `signal`.
 */
export async function* followFrames(
  command: Followed,
  follow: Follow,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Frame, void, void> {
  const cursors = [
    new Cursor('stdout', command.output.stdout, follow.stdout_offset, follow.stream_bytes),
    new Cursor('stderr', command.output.stderr, follow.stderr_offset, follow.stream_bytes),
  ];
  const wakeup = new Wakeup();
  using _changes = command.changes.add(wakeup.ring);
  signal.addEventListener('abort', wakeup.ring, { once: true });
  yield { kind: 'started', json: { command_id: command.id, cwd: command.cwd } };
  let enough = follow.until === 'now';
  while (!signal.aborted) {
    // Asked before the last look at the output: everything was there when the outcome was.
    const ended = command.hasEnded;
    let quiet = true;
    for (const cursor of cursors) {
      const frame = await cursor.next();
      if (!frame) continue;
      quiet = false;
      enough ||= follow.until === 'some';
      yield frame;
    }
    if (!quiet) continue;
    if (ended || enough) {
      yield { kind: 'finished', json: command.outcome };
      return;
    }
    if (!(await wakeup.wait(clock, limits.heartbeatSeconds * 1000))) yield { kind: 'heartbeat', json: {} };
  }
}

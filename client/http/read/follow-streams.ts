import type { Connection } from '../../connection.ts';
import { Deadline } from '../send/deadline.ts';
import { Retries } from '../send/retries.ts';

interface Followed<T> {
  /** For the message of `timed_out`. */
  readonly what: string;
  /** Longer than the service keeps one stream open. */
  readonly streamMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Opens one stream, from where the last one was. Each batch says that the work got further, an empty one too. */
  readonly open: (signal: AbortSignal) => AsyncIterable<readonly T[]>;
  /** Asked at the end of a stream: whether another one follows. */
  readonly goesOn: () => boolean;
}

/**
 * Reads streams one after the other: the next one where the service let go of the last, and again where one broke. Throws the last
 * failure when too many come in a row, or the reason of `signal`.
 */
export async function* followStreams<T>(
  { clock, attempts }: Pick<Connection, 'clock' | 'attempts'>,
  { what, streamMs, signal, open, goesOn }: Followed<T>,
): AsyncGenerator<T, void, void> {
  using whole = new Deadline(clock, Number.POSITIVE_INFINITY, what, signal);
  const retries = new Retries({ clock, attempts, deadline: whole, repeatable: true });
  do {
    using stream = new Deadline(clock, streamMs, what, whole.signal);
    try {
      for await (const batch of open(stream.signal)) {
        retries.progress();
        yield* batch;
      }
      retries.progress();
    } catch (error) {
      await retries.again(error);
    }
  } while (goesOn());
}

import type { Call } from '../../operation.ts';
import type { Seen } from '../follow/running-command.ts';
import type { OutputStream } from './output-page.ts';

/** From where each stream is wanted; those that are not named are not wanted. */
export type WantedOutput = Partial<Seen>;

/** What a call reads: the stream it names, or both where it follows them as events, or standard output. */
export function wantedOutput({ query, streamed }: Pick<Call<'readOutput'>, 'query' | 'streamed'>): WantedOutput {
  const { stream, offset, stderr_offset } = query;
  if (stream !== undefined) return { [stream]: offset };
  return streamed ? { stdout: offset, stderr: stderr_offset } : { stdout: offset };
}

/** The one stream of a page. */
export const wantedStream = ({ stream = 'stdout' }: Call<'readOutput'>['query']): OutputStream => stream;

// Beyond whatever a stream can hold.
const nowhere = Number.MAX_SAFE_INTEGER;

/** The same as the agent is asked. */
export const wantedOffsets = ({ stdout = nowhere, stderr = nowhere }: WantedOutput): Seen => ({ stdout, stderr });

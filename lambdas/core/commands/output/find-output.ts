import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import type { FoundOutput, OutputStream } from './output-page.ts';

interface Wanted {
  readonly stream: OutputStream;
  readonly offset: number;
  readonly limit: number;
}

/** What was found of a stream, and how its command stood then, where that was said. */
export interface Found {
  readonly output: FoundOutput;
  readonly outcome: CommandOutcome | undefined;
}

/** The first bytes that follow on each other, out of a command's events; at most `limit`, whatever comes. Throws what the events throw. */
export async function findOutput(
  events: AsyncIterable<CommandEvent>,
  { stream, offset, limit }: Wanted,
): Promise<Found> {
  const chunks: Uint8Array[] = [];
  let start = offset;
  let end: number | undefined;
  let outcome: CommandOutcome | undefined;
  for await (const event of events) {
    if (event.kind === 'finished') outcome = event.outcome;
    else if (event.kind === stream && (end === undefined || event.offset === end)) {
      start = end === undefined ? event.offset : start;
      const data = event.data.subarray(0, limit - ((end ?? start) - start));
      chunks.push(data);
      end = event.offset + data.length;
    }
  }
  return { output: { stream, offset: start, data: Buffer.concat(chunks) }, outcome };
}

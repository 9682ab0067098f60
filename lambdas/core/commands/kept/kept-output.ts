import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import type { FoundOutput, OutputStream } from '../output/output-page.ts';
import type { WantedOutput } from '../output/wanted-output.ts';

/** The head and the tail of a stream, where each begins; they never overlap, whatever the report says. */
function parts(report: OutcomeReport, stream: OutputStream): readonly FoundOutput[] {
  const produced = report[`${stream}_bytes`];
  const head = Buffer.from(report[stream].head, 'base64').subarray(0, produced);
  const tail = Buffer.from(report[stream].tail, 'base64');
  const start = Math.max(head.length, produced - tail.length);
  return [
    { stream, offset: 0, data: head },
    { stream, offset: start, data: tail.subarray(tail.length - (produced - start)) },
  ];
}

const from = ({ stream, offset, data }: FoundOutput, wanted: number): FoundOutput =>
  wanted <= offset ? { stream, offset, data } : { stream, offset: wanted, data: data.subarray(wanted - offset) };

/** What has outlived its sandbox of a stream, from this offset on: where bytes are gone, the next that are there. */
export function keptOutput(report: OutcomeReport, stream: OutputStream, offset: number, limit: number): FoundOutput {
  const found = parts(report, stream)
    .map((part) => from(part, offset))
    .find(({ data }) => data.length > 0);
  return found === undefined
    ? { stream, offset, data: new Uint8Array() }
    : { ...found, data: found.data.subarray(0, limit) };
}

/** The same as events, of the streams that are wanted; the last one is the outcome. */
export async function* keptEvents(report: OutcomeReport, wanted: WantedOutput): AsyncGenerator<CommandEvent> {
  for (const kind of ['stdout', 'stderr'] as const) {
    const offset = wanted[kind];
    if (offset === undefined) continue;
    for (const part of parts(report, kind).map((each) => from(each, offset)))
      if (part.data.length > 0) yield { kind, offset: part.offset, data: part.data };
  }
  yield { kind: 'finished', outcome: CommandOutcome.parse(report) };
}

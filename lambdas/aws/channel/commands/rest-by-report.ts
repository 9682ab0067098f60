import type { CommandEvent, Offsets } from '../../../../contract/agent/command-frames.ts';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';

/**
 * What is left of a command, by what its agent has reported: the rest of its output from these offsets, and its outcome. Undefined where
 * the report doesn't hold the whole rest.
 */
export function restByReport(
  report: OutcomeReport,
  offsets: Offsets,
  streamBytes = Number.POSITIVE_INFINITY,
): readonly CommandEvent[] | undefined {
  const events: CommandEvent[] = [];
  for (const kind of ['stdout', 'stderr'] as const) {
    const until = Math.min(report[`${kind}_bytes`], streamBytes);
    const offset = offsets[kind];
    if (offset >= until) continue;
    const data = excerpt(report[kind], report[`${kind}_bytes`], offset, until);
    if (data === undefined) return undefined;
    events.push({ kind, offset, data });
  }
  return [...events, { kind: 'finished', outcome: CommandOutcome.parse(report) }];
}

/** The bytes from `offset` to `until`, if the head or the tail of the stream has all of them. */
function excerpt(stream: OutcomeReport['stdout'], produced: number, offset: number, until: number): Buffer | undefined {
  const head = Buffer.from(stream.head, 'base64');
  if (until <= head.length) return head.subarray(offset, until);
  const tail = Buffer.from(stream.tail, 'base64');
  const start = produced - tail.length;
  return offset >= start ? tail.subarray(offset - start, until - start) : undefined;
}

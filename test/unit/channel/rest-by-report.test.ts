import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import { restByReport } from '../../../lambdas/aws/channel/commands/rest-by-report.ts';

const outcome = {
  command_id: `cmd_${'0'.repeat(26)}`,
  outcome: 'exited',
  exit_code: 0,
  signal: null,
  cwd: '/home/agent',
  started_at: '2027-01-15T08:00:00.000Z',
  duration_ms: 5,
} as const;

/** A report with at most `part` bytes of each end of a stream. */
const reportOf = (stdout: Buffer, part: number): OutcomeReport => ({
  ...outcome,
  stdout_bytes: stdout.length,
  stderr_bytes: 0,
  stdout: {
    head: stdout.subarray(0, part).toString('base64'),
    tail: stdout.subarray(Math.max(part, stdout.length - part)).toString('base64'),
  },
  stderr: { head: '', tail: '' },
});

test('what a report gives is the rest and nothing else, and it gives it whenever one of its parts has it all', () => {
  const sizes = fc.record({
    bytes: fc.uint8Array({ maxLength: 60 }),
    part: fc.integer({ min: 1, max: 40 }),
    seen: fc.nat(60),
    limit: fc.option(fc.nat(60), { nil: undefined }),
  });
  fc.assert(
    fc.property(sizes, ({ bytes, part, seen, limit }) => {
      const all = Buffer.from(bytes);
      const offset = Math.min(seen, all.length);
      const until = Math.min(all.length, limit ?? all.length);
      const events = restByReport(reportOf(all, part), { stdout: offset, stderr: 0 }, limit);
      const tailFrom = Math.max(part, all.length - part);
      expect(events !== undefined).toBe(offset >= until || until <= part || offset >= tailFrom);
      if (!events) return;
      const data = events.flatMap((event) => (event.kind === 'finished' ? [] : [Buffer.from(event.data)]));
      expect(Buffer.concat(data)).toEqual(all.subarray(offset, Math.max(offset, until)));
      expect(events.at(-1)).toMatchObject({ kind: 'finished', outcome: { exit_code: 0 } });
    }),
  );
});

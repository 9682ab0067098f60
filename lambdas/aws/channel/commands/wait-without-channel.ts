import type { CommandEvent, Offsets } from '../../../../contract/agent/command-frames.ts';
import type { Follow } from '../../../../contract/agent/commands.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { CommandRecords } from '../../../core/commands/ports.ts';
import type { Following } from './followed-command.ts';
import { restByReport } from './rest-by-report.ts';

export interface WaitOptions {
  readonly clock: Clock;
  readonly reports: Pick<CommandRecords, 'outcomeOf'>;
  readonly target: ChannelTarget;
  readonly commandId: string;
  readonly offsets: Offsets;
  readonly streamBytes: number | undefined;
  readonly until?: Follow['until'];
  /** How long to look for the report alone. */
  readonly restMs: number;
  /** Follows on a channel again, once there is one. */
  readonly follow: (signal: AbortSignal) => Promise<Following>;
  readonly signal: AbortSignal;
}

const lookEveryMs = 500;
// Who wants nothing but the end leaves the channels to others, and looks for itself when no report comes.
const endOnlyMs = 15_000;

/**
 * Goes on with a command whose channel was given to others: by the agent's report once it has ended, or on a channel again, whichever
 * comes first. Throws what following throws, and the signal's reason.
 */
export async function waitWithoutChannel(options: WaitOptions): Promise<Following | readonly CommandEvent[]> {
  const { clock, streamBytes, until, restMs, follow, signal } = options;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const byChannel = (async () => {
    const isEndOnly = streamBytes !== undefined && until === undefined;
    await clock.sleep(isEndOnly ? endOnlyMs : restMs, either);
    return await follow(either);
  })();
  const byReport = rest(options, either);
  try {
    const first = await Promise.race([byReport, byChannel]);
    if (!('turn' in first)) void byChannel.then(letGo, () => undefined);
    return first;
  } finally {
    over.abort();
    byReport.catch(() => undefined);
  }
}

async function rest(
  { clock, reports, target, commandId, offsets, streamBytes }: WaitOptions,
  signal: AbortSignal,
): Promise<readonly CommandEvent[]> {
  for (;;) {
    await clock.sleep(lookEveryMs, signal);
    // A table that can't be read for a moment says nothing about the command.
    const report = await reports.outcomeOf(target.sandboxId, commandId).catch(() => undefined);
    const events = report && restByReport(report, offsets, streamBytes);
    if (events !== undefined) return events;
  }
}

async function letGo({ body, turn }: Following): Promise<void> {
  body.on('error', () => undefined).close();
  await turn.end('well');
}

import {
  type CommandOutcome,
  CommandOutcome as CommandOutcomeSchema,
} from '../../../../contract/api/commands/command-result.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { isEnding } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import { hasEnded } from '../../sandboxes/record.ts';
import type { CommandRecords } from '../ports.ts';

// A task's end reaches the record seconds after it; a sandbox that shuts down takes up to a minute and reports outcomes last.
const patienceMs = 10_000;
const endingPatienceMs = 75_000;
const pauseMs = 500;

/**
 * What became of a command whose channel was lost: what its agent has reported, `lost` when the sandbox ended without a word,
 * undefined when it may still run.
 */
export async function outcomeAfterLoss(
  ports: {
    readonly records: Pick<SandboxRecords, 'get'>;
    readonly commands: Pick<CommandRecords, 'outcomeOf'>;
    readonly clock: Clock;
  },
  sandboxId: string,
  commandId: string,
): Promise<CommandOutcome | 'lost' | undefined> {
  const { records, commands, clock } = ports;
  const since = clock.now();
  for (;;) {
    const record = await records.get(sandboxId);
    const report = await commands.outcomeOf(sandboxId, commandId);
    if (report !== undefined) return CommandOutcomeSchema.parse(report);
    if (record === undefined || hasEnded(record)) return 'lost';
    if (clock.now() - since >= (isEnding(record) ? endingPatienceMs : patienceMs)) return undefined;
    await clock.sleep(pauseMs);
  }
}

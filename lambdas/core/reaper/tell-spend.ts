import type { Clock } from '../../../contract/clock.ts';
import type { DeploymentRecords } from '../admin/ports.ts';
import type { Counts } from './jobs.ts';

/** How many sandboxes have a machine and what they cost, for the log's line of this minute and the metrics in it. */
export async function tellSpend({
  operators,
  clock,
}: {
  readonly operators: Pick<DeploymentRecords, 'spend'>;
  readonly clock: Clock;
}): Promise<Counts> {
  const { running, usdPerHour, todayUsd } = await operators.spend(clock.now());
  return { runningSandboxes: running, usdPerHour, spentTodayUsd: todayUsd };
}

import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import { type HasTime, timeFor } from '../time-limit.ts';

/** What a job counts, for the line of its run. */
export type Counts = Readonly<Record<string, number>>;

/** Something to be done every minute. What it leaves when its time is over waits for the next run. */
export interface Job {
  readonly name: string;
  readonly budgetMs: number;
  run(hasTime: HasTime): Promise<Counts>;
}

interface Ports {
  readonly clock: Clock;
  readonly log: Log;
}

// AWS wants fewer calls: the next run goes on.
const isThrottle = (error: unknown): boolean => error instanceof SandboxError && error.code === 'rate_limited';

/**
 * Runs jobs one after the other, each within its time, and says in one line what they counted; one that fails keeps no other
 * from running. Throws what failed, at the end.
 */
export async function runJobs(jobs: readonly Job[], { clock, log }: Ports): Promise<void> {
  const runMs = clock.now();
  const counted: Record<string, Counts> = {};
  const failures: unknown[] = [];
  for (const { name, budgetMs, run } of jobs) {
    try {
      counted[name] = await run(timeFor(budgetMs, clock));
    } catch (error) {
      if (!isThrottle(error)) failures.push(error);
      log.error('reaper', { event: `reaper.${name}`, outcome: isThrottle(error) ? 'throttled' : 'failed', error });
    }
  }
  const outcome = failures.length === 0 ? 'ok' : 'failed';
  log.info('reaper', { event: 'reaper.run', outcome, durationMs: clock.now() - runMs, ...counted });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${jobs.length} jobs failed`);
}

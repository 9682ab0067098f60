import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../ports.ts';

/** Whether there is time for more. */
export type HasTime = () => boolean;

/** What a job counts, for its line in the log. */
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

/** Runs jobs one after the other, each within its time; one that fails keeps no other from running. Throws what failed, at the end. */
export async function runJobs(jobs: readonly Job[], { clock, log }: Ports): Promise<void> {
  const failures: unknown[] = [];
  for (const { name, budgetMs, run } of jobs) {
    const startMs = clock.now();
    const facts = () => ({ event: `reaper.${name}`, durationMs: clock.now() - startMs });
    try {
      const counts = await run(() => clock.now() - startMs < budgetMs);
      log.info('reaper', { ...facts(), outcome: 'ok', ...counts });
    } catch (error) {
      if (!isThrottle(error)) failures.push(error);
      log.error('reaper', { ...facts(), outcome: isThrottle(error) ? 'throttled' : 'failed', error });
    }
  }
  log.info('reaper', { event: 'reaper.run', outcome: failures.length === 0 ? 'ok' : 'failed', jobs: jobs.length });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${jobs.length} jobs failed`);
}

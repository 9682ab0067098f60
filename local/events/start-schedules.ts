import type { Clock } from '../../contract/clock.ts';
import type { Functions } from '../lambda/create-functions.ts';
import type { LocalRules } from './event-rules.ts';

export interface SchedulesOptions {
  readonly rules: LocalRules;
  readonly functions: Pick<Functions, 'run'>;
  readonly clock: Clock;
  /** Gets each run that failed. */
  readonly onFailure: (rule: string, error: unknown) => void;
}

const minuteMs = 60_000;

/**
 * EventBridge's schedules: every so many minutes, and first at once for what is done every minute, for all else a minute later, when the
 * service has started. Two runs of a rule never overlap: a run that is late for the next takes its place. A failing one is not tried again.
 * Disposing waits for those under way.
 */
export function startSchedules({ rules, functions, clock, onFailure }: SchedulesOptions): AsyncDisposable {
  const stop = new AbortController();

  const repeat = async (rule: string, functionName: string, everyMs: number): Promise<void> => {
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule] };
    if (everyMs > minuteMs) await clock.sleep(minuteMs, stop.signal).catch(() => undefined);
    for (let nextMs = clock.now(); !stop.signal.aborted; ) {
      const time = new Date(nextMs).toISOString();
      await functions.run(functionName, { ...event, time }).catch((error) => onFailure(rule, error));
      nextMs += everyMs * Math.max(1, Math.ceil((clock.now() - nextMs) / everyMs));
      await clock.sleep(nextMs - clock.now(), stop.signal).catch(() => undefined);
    }
  };

  const running = Object.entries(rules).flatMap(([name, rule]) =>
    'everyMinutes' in rule ? [repeat(name, rule.function, rule.everyMinutes * minuteMs)] : [],
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

import type { Clock } from '../../contract/clock.ts';
import type { Functions } from '../lambda/create-functions.ts';
import { lambdaLimits } from '../lambda/limits.ts';
import type { LocalRules } from './event-rules.ts';
import { matchesPattern } from './matches-pattern.ts';

export interface EventBusOptions {
  readonly rules: LocalRules;
  readonly functions: Pick<Functions, 'run'>;
  readonly clock: Clock;
  /** Gets each attempt that failed. */
  readonly onFailure: (rule: string, error: unknown) => void;
}

export interface EventBus extends Disposable {
  /**
   * Hands an event to the function of every rule it matches; resolves when all of them have handled it. Rejects with a
   * function's last error when it failed each time, or when the bus was disposed before it could try again.
   */
  put(event: object): Promise<void>;
}

// Lambda waits one minute and then two. On one machine somebody is looking.
const retryDelaysMs = [1_000, 10_000];

/** EventBridge and Lambda's asynchronous invocation: in no order, tried again when the function fails. */
export function createEventBus({ rules, functions, clock, onFailure }: EventBusOptions): EventBus {
  const stop = new AbortController();

  const deliver = async (rule: string, functionName: string, event: object): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await functions.run(functionName, event);
      } catch (error) {
        onFailure(rule, error);
        if (attempt >= lambdaLimits.asyncRetries || stop.signal.aborted) throw error;
      }
      await clock.sleep(retryDelaysMs[attempt] ?? 0, stop.signal);
    }
  };

  return {
    async put(event) {
      const matching = Object.entries(rules).filter(
        ([, rule]) => 'pattern' in rule && matchesPattern(rule.pattern, event),
      );
      await Promise.all(matching.map(([rule, { function: functionName }]) => deliver(rule, functionName, event)));
    },
    [Symbol.dispose]: () => stop.abort(new Error('the event bus has ended')),
  };
}

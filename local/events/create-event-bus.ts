import type { Clock } from '../../contract/clock.ts';
import type { Functions } from '../lambda/create-functions.ts';
import { lambdaLimits } from '../lambda/limits.ts';
import { type EventPattern, matchesPattern } from './matches-pattern.ts';

export type BusEvent = Readonly<Record<string, unknown>>;

export interface EventBusOptions {
  readonly rules: Readonly<Record<string, { readonly function: string; readonly pattern: EventPattern }>>;
  readonly functions: Pick<Functions, 'run'>;
  readonly clock: Clock;
  /** Gets each failed attempt; `final` when there will be no other. */
  readonly onFailure: (rule: string, error: unknown, final: boolean) => void;
}

export interface EventBus extends AsyncDisposable {
  /** Hands an event to the function of every rule it matches. Returns at once. */
  put(event: BusEvent): void;
  /** Resolves when every event so far has been handled or given up. */
  settled(): Promise<void>;
}

// Lambda waits one minute and then two. On one machine somebody is looking.
const retryDelaysMs = [1_000, 10_000];

/** EventBridge and Lambda's asynchronous invocation: at least once, in no order, tried again when the function fails. */
export function createEventBus({ rules, functions, clock, onFailure }: EventBusOptions): EventBus {
  const stop = new AbortController();
  const deliveries = new Set<Promise<void>>();

  const deliver = async (rule: string, functionName: string, event: BusEvent): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await functions.run(functionName, event);
      } catch (error) {
        const final = attempt >= lambdaLimits.asyncRetries;
        onFailure(rule, error, final);
        if (final) return;
      }
      // A bus that ends doesn't wait between attempts.
      await clock.sleep(retryDelaysMs[attempt] ?? 0, stop.signal).catch(() => undefined);
    }
  };
  const settled = async () => {
    while (deliveries.size > 0) await Promise.all(deliveries);
  };

  return {
    put(event) {
      for (const [rule, { function: functionName, pattern }] of Object.entries(rules)) {
        if (!matchesPattern(pattern, event)) continue;
        const delivery = deliver(rule, functionName, event).finally(() => deliveries.delete(delivery));
        deliveries.add(delivery);
      }
    },
    settled,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await settled();
    },
  };
}

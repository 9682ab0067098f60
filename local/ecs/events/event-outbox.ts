import type { Clock } from '../../../contract/clock.ts';
import type { EventFaults } from '../tasks/task-hazards.ts';
import type { TaskRecord } from '../tasks/task-record.ts';
import { stateChangeEvent, type TaskStateChange } from './state-change-event.ts';

/** Takes an event; to resolve says it won't be lost any more. */
export type OnEvent = (event: TaskStateChange) => void | Promise<void>;

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const lastDeliveriesMs = 5_000;

export interface EventOutboxOptions {
  readonly clock: Clock;
  readonly onEvent: OnEvent;
  readonly onDelivered: (record: TaskRecord) => void;
  readonly faults: EventFaults;
}

/** Delivers each event at least once: until `onEvent` took it, and again after a restart when nobody wrote that down. */
export class EventOutbox implements AsyncDisposable {
  readonly #options: EventOutboxOptions;
  readonly #stopped = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();

  constructor(options: EventOutboxOptions) {
    this.#options = options;
  }

  send(record: TaskRecord): void {
    const { clock, faults, onDelivered } = this.#options;
    if (faults.isLost()) {
      onDelivered(record);
      return;
    }
    const event = stateChangeEvent(record.task, clock.now());
    for (let copies = faults.isDoubled() ? 2 : 1; copies > 0; copies--) {
      const delivery = this.#deliver(record, event).finally(() => this.#deliveries.delete(delivery));
      this.#deliveries.add(delivery);
    }
  }

  async #deliver(record: TaskRecord, event: TaskStateChange): Promise<void> {
    const { clock, faults, onEvent, onDelivered } = this.#options;
    const delayMs = faults.delayMs();
    if (delayMs > 0) await clock.sleep(delayMs, this.#stopped.signal).catch(() => undefined);
    for (let waitMs = firstRetryMs; !this.#stopped.signal.aborted; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        await onEvent(event);
        return onDelivered(record);
      } catch {
        // Why it failed is the receiver's to report; here it only means: again.
        await clock.sleep(waitMs, this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  /** Gives the deliveries under way 5 s, and those that failed no other try: the next start sends them again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    const done = new AbortController();
    const patience = this.#options.clock.sleep(lastDeliveriesMs, done.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.#deliveries), patience]);
    done.abort();
  }
}

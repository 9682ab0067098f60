import type { Clock } from '../../contract/clock.ts';
import { stateChangeEvent, type TaskStateChange } from './state-change-event.ts';
import type { TaskRecord } from './task-record.ts';

/** Takes an event; to resolve says it won't be lost any more. */
export type OnEvent = (event: TaskStateChange) => void | Promise<void>;

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const lastDeliveriesMs = 5_000;

/** Delivers each event at least once: until `onEvent` took it, and again after a restart when nobody wrote that down. */
export class EventOutbox implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #onEvent: OnEvent;
  readonly #onDelivered: (record: TaskRecord) => void;
  readonly #stopped = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();

  constructor(clock: Clock, onEvent: OnEvent, onDelivered: (record: TaskRecord) => void) {
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#onDelivered = onDelivered;
  }

  send(record: TaskRecord): void {
    const delivery = this.#deliver(record).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  async #deliver(record: TaskRecord): Promise<void> {
    const event = stateChangeEvent(record.task, this.#clock.now());
    for (let waitMs = firstRetryMs; !this.#stopped.signal.aborted; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        await this.#onEvent(event);
        return this.#onDelivered(record);
      } catch {
        // Why it failed is the receiver's to report; here it only means: again.
        await this.#clock.sleep(waitMs, this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  /** Gives the deliveries under way 5 s, and those that failed no other try: the next start sends them again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    const done = new AbortController();
    const patience = this.#clock.sleep(lastDeliveriesMs, done.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.#deliveries), patience]);
    done.abort();
  }
}

import type { Clock } from '../../../contract/clock.ts';
import type { TaskRecord } from './task-record.ts';

interface Moment {
  readonly atMs: number;
  readonly record: TaskRecord;
}

/** What callers see of tasks whose changes take a while to be seen. */
export class TaskHistory {
  readonly #clock: Clock;
  readonly #lagMs: number;
  /** By task, oldest first; of what everybody sees only the newest. */
  readonly #moments = new Map<string, Moment[]>();

  constructor(clock: Clock, lagMs: number) {
    this.#clock = clock;
    this.#lagMs = lagMs;
  }

  /** The record is as it is from now on. */
  note(record: TaskRecord): void {
    if (this.#lagMs === 0) return;
    const seen = this.#seenIndex(record.id);
    const kept = (this.#moments.get(record.id) ?? []).slice(Math.max(0, seen));
    this.#moments.set(record.id, [...kept, { atMs: this.#clock.now(), record }]);
  }

  forget(id: string): void {
    this.#moments.delete(id);
  }

  /** The task as callers see it now; undefined for one they don't see yet. */
  seen(record: TaskRecord): TaskRecord | undefined {
    if (this.#lagMs === 0) return record;
    return this.#moments.get(record.id)?.[this.#seenIndex(record.id)]?.record;
  }

  #seenIndex(id: string): number {
    const until = this.#clock.now() - this.#lagMs;
    return (this.#moments.get(id) ?? []).findLastIndex(({ atMs }) => atMs <= until);
  }
}

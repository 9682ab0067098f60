import type { Clock } from '../../../contract/clock.ts';
import { JsonFolder } from '../json-folder.ts';
import { TaskHistory } from './task-history.ts';
import type { StoredTask, TaskRecord } from './task-record.ts';

/** How long ECS still describes a task that has stopped. */
const visibleAfterStopMs = 3_600_000;

/** Every task there is, on disk and in memory. A change is on disk before anybody hears of it. */
export class Tasks implements Disposable {
  readonly #folder: JsonFolder<TaskRecord>;
  readonly #records = new Map<string, TaskRecord>();
  readonly #removals = new Map<string, Disposable>();
  readonly #clock: Clock;
  readonly #history: TaskHistory;

  /** `lagMs` is how long a change takes until callers see it. */
  constructor(path: string, clock: Clock, lagMs: number) {
    this.#folder = new JsonFolder(path);
    this.#clock = clock;
    this.#history = new TaskHistory(clock, lagMs);
    for (const record of this.#folder.readAll()) {
      this.#records.set(record.id, record);
      this.#history.note(record);
      this.#removeInTime(record);
    }
  }

  find(id: string): TaskRecord | undefined {
    return this.#records.get(id);
  }

  /** Oldest first. */
  all(): TaskRecord[] {
    return [...this.#records.values()].sort((a, b) => a.task.createdAt - b.task.createdAt);
  }

  /** The tasks as callers see them, who may not have heard of the last change. */
  allSeen(): TaskRecord[] {
    return this.all().flatMap((record) => this.#history.seen(record) ?? []);
  }

  findSeen(id: string): TaskRecord | undefined {
    const record = this.#records.get(id);
    return record && this.#history.seen(record);
  }

  add(record: TaskRecord): void {
    this.#put(record);
  }

  /** A change that no event tells of, so its version stays. Nothing happens to a task that is gone. */
  amend(id: string, change: Partial<StoredTask>): void {
    const record = this.#records.get(id);
    if (record) this.#put({ ...record, task: { ...record.task, ...change } });
  }

  /** A change of state: one version further. Undefined for a task that is gone. */
  advance(id: string, change: Partial<StoredTask>): TaskRecord | undefined {
    const record = this.#records.get(id);
    if (!record) return undefined;
    const next = { ...record, task: { ...record.task, ...change, version: record.task.version + 1 } };
    this.#put(next);
    this.#removeInTime(next);
    return next;
  }

  /** Its events up to this version have been delivered. */
  announced(id: string, version: number): void {
    const record = this.#records.get(id);
    if (record && record.announcedVersion < version) this.#put({ ...record, announcedVersion: version });
  }

  [Symbol.dispose](): void {
    for (const removal of this.#removals.values()) removal[Symbol.dispose]();
    this.#removals.clear();
  }

  #put(record: TaskRecord): void {
    this.#folder.write(record.id, record);
    this.#records.set(record.id, record);
    this.#history.note(record);
  }

  #removeInTime({ id, task: { stoppedAt } }: TaskRecord): void {
    if (stoppedAt === undefined || this.#removals.has(id)) return;
    const waitMs = Math.max(0, stoppedAt * 1000 + visibleAfterStopMs - this.#clock.now());
    this.#removals.set(
      id,
      this.#clock.after(waitMs, () => {
        this.#removals.delete(id);
        this.#records.delete(id);
        this.#history.forget(id);
        this.#folder.remove(id);
      }),
    );
  }
}

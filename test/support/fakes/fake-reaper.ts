// The reaper's ports in memory.
import type { Cursors, DuePage, DueRecords } from '../../../lambdas/core/reaper/ports.ts';
import { dueAt } from '../../../lambdas/core/sandboxes/life/due.ts';
import type { SandboxRecord } from '../../../lambdas/core/sandboxes/record.ts';
import type { FakeRecords } from './fakes.ts';

const pageSize = 25;

export class FakeDueRecords implements DueRecords {
  readonly #records: FakeRecords;

  constructor(records: FakeRecords) {
    this.#records = records;
  }

  async *due(untilMs: number): AsyncGenerator<readonly SandboxRecord[]> {
    const due = this.#live().filter((record) => Date.parse(dueAt(record) ?? '') < untilMs);
    for (let from = 0; from < due.length; from += pageSize) yield due.slice(from, from + pageSize);
  }

  async live(after: string | undefined): Promise<DuePage> {
    const all = this.#live().filter(({ sandbox_id }) => after === undefined || sandbox_id > after);
    const records = all.slice(0, pageSize);
    return { records, next: all.length > pageSize ? records.at(-1)?.sandbox_id : undefined };
  }

  #live(): SandboxRecord[] {
    const all = [...this.#records.byId.values()].filter((record) => dueAt(record) !== undefined);
    return structuredClone(all.sort((a, b) => (a.sandbox_id < b.sandbox_id ? -1 : 1)));
  }
}

export class FakeCursors implements Cursors {
  readonly #at = new Map<string, string>();

  async read(name: string): Promise<string | undefined> {
    return this.#at.get(name);
  }

  async write(name: string, at: string | undefined): Promise<void> {
    if (at === undefined) this.#at.delete(name);
    else this.#at.set(name, at);
  }
}

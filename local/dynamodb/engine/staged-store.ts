import type { ActionStore, BatchOperation, Database, Done, Item, SubDatabase } from 'dynalite/db/index.js';

/**
 * What one request changes, kept aside and read back by it, until `commit` writes all of it in one LevelDB batch. An item
 * and its index entries, and all items of a transaction, are there together or not at all, also after a kill.
 */
export class StagedStore implements ActionStore {
  readonly options: object;
  readonly #store: ActionStore & { db: Database };
  readonly #changes = new Map<string, BatchOperation>();

  constructor(store: ActionStore & { db: Database }) {
    this.#store = store;
    this.options = store.options;
  }

  getTable: ActionStore['getTable'] = (...args: unknown[]) =>
    (this.#store.getTable as (...all: unknown[]) => void)(...args);

  getItemDb(table: string): SubDatabase {
    return this.#staged(`item-${table}~`, this.#store.getItemDb(table));
  }

  getIndexDb(kind: string, table: string, index: string): SubDatabase {
    return this.#staged(`index-${kind.toLowerCase()}~${table}~${index}~`, this.#store.getIndexDb(kind, table, index));
  }

  /** Stages a record of the stand-in's own beside dynalite's. */
  put(key: string, value: unknown): void {
    this.#changes.set(key, { type: 'put', key, value });
  }

  async commit(): Promise<void> {
    if (this.#changes.size > 0) await this.#store.db.batch([...this.#changes.values()]);
    this.#changes.clear();
  }

  /** The prefixes are dynalite's own: what is staged lands where its reads look. */
  #staged(prefix: string, stored: SubDatabase): SubDatabase {
    const stage = (operation: BatchOperation, done: Done) => {
      this.#changes.set(operation.key, operation);
      setImmediate(done, null);
    };
    return {
      get: (key, done) => {
        const change = this.#changes.get(prefix + key);
        if (!change) return stored.get(key, done);
        setImmediate(done, null, change.type === 'put' ? (change.value as Item) : undefined);
      },
      put: (key, value, done) => stage({ type: 'put', key: prefix + key, value }, done),
      del: (key, done) => stage({ type: 'del', key: prefix + key }, done),
      lock: (key, run) => stored.lock(key, run),
      createValueStream: (range) => stored.createValueStream(range),
    };
  }
}

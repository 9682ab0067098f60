import dynalite, { type ActionStore, type Item, type Store, type Table } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { KeyLocks } from '../../key-locks.ts';
import { guardStore } from './guard-store.ts';
import { type OperationName, operations } from './operations.ts';
import { asAwsError } from './refusals.ts';
import { settleTables } from './settle-tables.ts';
import { StagedStore } from './staged-store.ts';

export interface EngineOptions {
  /** The folder of the database; without it everything is in memory. */
  readonly dir?: string | undefined;
  readonly region: string;
  readonly accountId: string;
}

/** Where an item lies: what is locked, and where it is read. */
export interface Place {
  readonly tableName: string;
  readonly key: string;
  readonly lock: string;
}

/** dynalite's operations, made atomic, and safe from the exceptions it lets fly. */
export class Engine implements AsyncDisposable {
  readonly locks = new KeyLocks();
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Rejects when another process has the folder open. */
  static async open({ dir, region, accountId }: EngineOptions): Promise<Engine> {
    const store = dynalite.create({ path: dir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    try {
      await store.db.open();
    } catch (cause) {
      throw new Error(`the database in ${dir} can't be opened; does another process use it?`, { cause });
    }
    await using opened = new AsyncDisposableStack();
    opened.defer(() => store.db.close());
    await settleTables(store.db);
    Object.assign(store.tableDb, { awsRegion: region, awsAccountId: accountId });
    opened.move();
    return new Engine(store);
  }

  /** The database itself, for records of the stand-in's own. */
  get db(): Store['db'] {
    return this.#store.db;
  }

  /** The input with expressions parsed, or throws the AwsError that says what is wrong with it. */
  check(operation: OperationName, input: object): Record<string, unknown> {
    const { types, custom } = operations[operation].rules;
    try {
      // dynalite changes what it checks, and a caller's input is also hashed and read elsewhere.
      const data = validations.checkTypes(structuredClone(input), types);
      validations.checkValidations(data, types, custom, this.#store);
      return data;
    } catch (error) {
      throw asAwsError(error);
    }
  }

  /** Runs an operation on data that `check` passed. Its writes go to `store` when one is given. */
  run(operation: OperationName, data: object, store: ActionStore = this.#store): Promise<unknown> {
    return settle((done, fail) => operations[operation].run(guardStore(store, fail), data, done));
  }

  stage(): StagedStore {
    return new StagedStore(this.#store);
  }

  table(name: string): Promise<Table> {
    return settle<Table>((done, fail) => guardStore(this.#store, fail).getTable(name, true, done));
  }

  /** Undefined when the key doesn't fit the table, or there is no such table: the operation itself will say so. */
  async place(tableName: string, { Key, Item }: { Key?: unknown; Item?: unknown }): Promise<Place | undefined> {
    const table = await this.table(tableName).catch(() => undefined);
    const attributes = (Key ?? Item) as Item;
    if (!table || (Key ? dynalite.validateKey : dynalite.validateItem)(attributes, table)) return undefined;
    const key = dynalite.createKey(attributes, table);
    return { tableName, key, lock: `${tableName}\0${key}` };
  }

  /** Why the condition of checked data doesn't hold for the item; undefined when it does. */
  failedCondition(data: object, item: Item | undefined): string | undefined {
    return dynalite.checkConditional(data, item)?.message;
  }

  read({ tableName, key }: Place): Promise<Item | undefined> {
    return settle<Item | undefined>((done, fail) => guardStore(this.#store, fail).getItemDb(tableName).get(key, done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.db.close();
  }
}

/** One call in dynalite's way as a promise, whose failures are AwsErrors where AWS has an answer for them. */
function settle<T = unknown>(
  call: (done: (error?: unknown, value?: T) => void, fail: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (error: unknown) => reject(asAwsError(error));
    call((error, value) => (error ? fail(error) : resolve(value as T)), fail);
  });
}

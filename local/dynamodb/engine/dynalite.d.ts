// dynalite has no types. These are the parts of version 4.0.0 that the stand-in uses, and nothing more.

declare module 'dynalite/db/index.js' {
  import type { Readable } from 'node:stream';

  /** An item or key as on the wire. */
  export type Item = Record<string, Record<string, unknown>>;
  export type Done<Value = unknown> = (error?: unknown, value?: Value) => void;

  export interface Table {
    TableName: string;
    TableStatus: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; IndexStatus: string }[];
  }

  /** Keys of one table or index: a range of the one database, named by a prefix. */
  export interface SubDatabase {
    get(key: string, done: Done<Item>): void;
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    /** Runs once nobody else holds the key; what `release` makes of a callback lets go and calls it. */
    lock(key: string, run: (release: (done: Done) => Done) => void): void;
    createValueStream(range?: object): Readable;
  }

  export type BatchOperation = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };

  export interface Database {
    open(): Promise<void>;
    close(): Promise<void>;
    /** All or nothing. */
    batch(operations: BatchOperation[]): Promise<void>;
    get(key: string): Promise<unknown>;
    iterator(range: { gte: string; lt: string }): AsyncIterable<[key: string, value: unknown]>;
  }

  /** What actions work on. */
  export interface ActionStore {
    getTable(name: string, checkStatus: boolean, done: Done<Table>): void;
    getTable(name: string, done: Done<Table>): void;
    getItemDb(table: string): SubDatabase;
    getIndexDb(kind: string, table: string, index: string): SubDatabase;
    options: object;
  }

  export interface Store extends ActionStore {
    db: Database;
    tableDb: SubDatabase & { awsRegion: string; awsAccountId: string };
  }

  /** A failure that is an answer. */
  export interface Refusal extends Error {
    statusCode: number;
    body: { __type: string; message?: string; Message?: string };
  }

  const db: {
    create(options: {
      path?: string | undefined;
      createTableMs: number;
      deleteTableMs: number;
      updateTableMs: number;
    }): Store;
    createKey(item: Item, table: Table): string;
    validateKey(key: Item, table: Table): Refusal | null | undefined;
    validateItem(item: Item, table: Table): Refusal | null | undefined;
    checkConditional(data: object, item: Item | undefined): Refusal | null | undefined;
    itemSize(item: Item): number;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  import type { ActionStore } from 'dynalite/db/index.js';

  export type Types = Record<string, unknown>;
  export type Custom = (data: object, store: ActionStore) => string | undefined;

  const validations: {
    /** Drops unknown fields; throws a Refusal where a type is wrong. */
    checkTypes(data: object, types: Types): Record<string, unknown>;
    /** Throws a Refusal; adds the parsed expressions to `data`. */
    checkValidations(data: object, types: Types, custom: Custom | undefined, store: ActionStore): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  import type { Custom, Types } from 'dynalite/validations/index.js';

  const rules: { types: Types; custom?: Custom };
  export default rules;
}

declare module 'dynalite/actions/*.js' {
  import type { ActionStore, Done } from 'dynalite/db/index.js';

  const action: (store: ActionStore, data: object, done: Done) => void;
  export default action;
}

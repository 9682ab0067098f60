import { Buffer } from 'node:buffer';
import { ClassicLevel } from 'classic-level';

/** A change of one record; without a value it is removed. */
export interface Change {
  readonly key: Buffer;
  readonly value?: object;
}

export interface Found<T> {
  /** The last part of its key. */
  readonly name: string;
  readonly value: T;
}

/**
 * The key of a record: its parts with NUL between them, so that names come in the order of their UTF-8 bytes, which is
 * S3's. Only the last part may have a NUL in it.
 */
export const recordKey = (...parts: readonly string[]): Buffer => Buffer.from(parts.join('\0'));

/** Records in the order of their keys, on disk. What is written stays written when the process is killed. */
export class RecordIndex implements AsyncDisposable {
  readonly #db: ClassicLevel<Buffer, object>;

  private constructor(db: ClassicLevel<Buffer, object>) {
    this.#db = db;
  }

  /** Rejects when another process has the folder open. */
  static async open(folder: string): Promise<RecordIndex> {
    const db = new ClassicLevel<Buffer, object>(folder, { keyEncoding: 'buffer', valueEncoding: 'json' });
    try {
      await db.open();
    } catch (cause) {
      throw new Error(`the storage in ${folder} can't be opened; does another process use it?`, { cause });
    }
    return new RecordIndex(db);
  }

  /** The caller names the type that its part of the index holds. */
  async get<T extends object>(key: Buffer): Promise<T | undefined> {
    return (await this.#db.get(key)) as T | undefined;
  }

  /** All of them or none. They outlive this process at once, and unless `sync` is false a loss of power too. */
  async change(changes: readonly Change[], { sync = true } = {}): Promise<void> {
    await this.#db.batch(
      changes.map(({ key, value }) => (value ? { type: 'put', key, value } : { type: 'del', key })),
      { sync },
    );
  }

  /** Records whose key begins with `prefix`, from `from` on, which is left out when `isAfter`. */
  async *scan<T extends object>(prefix: Buffer, from: Buffer = prefix, isAfter = false): AsyncGenerator<Found<T>> {
    const start = Buffer.compare(from, prefix) < 0 ? prefix : from;
    for await (const [key, value] of this.#db.iterator({ [isAfter ? 'gt' : 'gte']: start, lt: afterAll(prefix) })) {
      yield { name: key.subarray(prefix.length).toString(), value: value as T };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.close();
  }
}

/** Greater than every key with the prefix: no UTF-8 has this byte. */
export const afterAll = (prefix: Buffer): Buffer => Buffer.concat([prefix, Buffer.from([0xff])]);

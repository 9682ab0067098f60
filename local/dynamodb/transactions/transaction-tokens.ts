import { createHash } from 'node:crypto';
import type { Database } from 'dynalite/db/index.js';
import type { Clock } from '../../../contract/clock.ts';
import { AwsError } from '../../aws/aws-error.ts';
import { keysOf } from '../engine/settle-tables.ts';
import type { StagedStore } from '../engine/staged-store.ts';

interface TokenRecord {
  readonly hash: string;
  readonly at: number;
  readonly output: unknown;
}

const prefix = 'transaction-token';
const windowMs = 10 * 60_000;
const hashOf = (items: unknown): string => createHash('sha256').update(JSON.stringify(items)).digest('hex');

/** The client tokens of the past ten minutes. Each is written with its transaction, so it survives when that does. */
export class TransactionTokens {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** The answer this token already got; throws IdempotentParameterMismatchException when it stood for other items. */
  async earlier(token: string, items: unknown): Promise<{ readonly output: unknown } | undefined> {
    const record = (await this.#db.get(`${prefix}~${token}`)) as TokenRecord | undefined;
    if (!record || this.#isOver(record)) return undefined;
    if (record.hash === hashOf(items)) return { output: record.output };
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  remember(staged: StagedStore, token: string, items: unknown, output: unknown): void {
    const record: TokenRecord = { hash: hashOf(items), at: this.#clock.now(), output };
    staged.put(`${prefix}~${token}`, record);
  }

  async sweep(): Promise<void> {
    for await (const [key, record] of this.#db.iterator(keysOf(prefix))) {
      if (this.#isOver(record as TokenRecord)) await this.#db.batch([{ type: 'del', key }]);
    }
  }

  #isOver({ at }: TokenRecord): boolean {
    return this.#clock.now() - at >= windowMs;
  }
}

import { createHash } from 'node:crypto';
import type {
  DescribeTimeToLiveCommandInput,
  DescribeTimeToLiveCommandOutput,
  ScanCommandOutput,
  UpdateTimeToLiveCommandInput,
  UpdateTimeToLiveCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../contract/clock.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { Wire } from '../aws/wire.ts';
import type { Engine } from './engine/engine.ts';
import { validationError } from './engine/refusals.ts';
import { keysOf } from './engine/settle-tables.ts';
import { writeItem } from './write-items.ts';

const fiveYearsSeconds = 5 * 365 * 86_400;

/** Which attribute of a table says when an item ends, and the removal of those that have. */
export class TimeToLive {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #lagSeconds: number;

  /** `lagSeconds` is the most that AWS takes to remove what has ended. */
  constructor(engine: Engine, clock: Clock, lagSeconds: number) {
    this.#engine = engine;
    this.#clock = clock;
    this.#lagSeconds = lagSeconds;
  }

  async update(input: Wire<UpdateTimeToLiveCommandInput>): Promise<Wire<UpdateTimeToLiveCommandOutput>> {
    const { TableName: tableName, TimeToLiveSpecification: wanted } = input;
    if (!wanted?.AttributeName) throw validationError("The parameter 'AttributeName' is required");
    const now = await this.#attribute(String(tableName));
    if (wanted.Enabled === (now !== undefined)) {
      throw validationError(`TimeToLive is already ${wanted.Enabled ? 'enabled' : 'disabled'}`);
    }
    const key = `ttl~${tableName}`;
    await this.#engine.db.batch([
      wanted.Enabled ? { type: 'put', key, value: wanted.AttributeName } : { type: 'del', key },
    ]);
    return { TimeToLiveSpecification: wanted };
  }

  async describe(input: Wire<DescribeTimeToLiveCommandInput>): Promise<Wire<DescribeTimeToLiveCommandOutput>> {
    const attribute = await this.#attribute(String(input.TableName));
    const description = attribute
      ? ({ TimeToLiveStatus: 'ENABLED', AttributeName: attribute } as const)
      : ({ TimeToLiveStatus: 'DISABLED' } as const);
    return { TimeToLiveDescription: description };
  }

  /** A table of the same name that is made later starts without. */
  async forget(tableName: string): Promise<void> {
    await this.#engine.db.batch([{ type: 'del', key: `ttl~${tableName}` }]);
  }

  /** Deletes what has ended, each item after its own lag, by the clock. As in AWS, what ended over five years ago stays. */
  async sweep(): Promise<void> {
    for await (const [key, attribute] of this.#engine.db.iterator(keysOf('ttl'))) {
      await this.#sweepTable(key.slice('ttl~'.length), String(attribute)).catch(unlessGone);
    }
  }

  async #attribute(tableName: string): Promise<string | undefined> {
    await this.#engine.table(tableName);
    return (await this.#engine.db.get(`ttl~${tableName}`)) as string | undefined;
  }

  async #sweepTable(tableName: string, attribute: string): Promise<void> {
    const { KeySchema } = await this.#engine.table(tableName);
    const now = Math.floor(this.#clock.now() / 1000);
    let start: Wire<ScanCommandOutput>['LastEvaluatedKey'];
    do {
      const page = await this.#endedItems(tableName, attribute, now, start);
      for (const item of page.Items ?? []) {
        const ended = item[attribute];
        const key = Object.fromEntries(
          KeySchema.map(({ AttributeName: name }) => [name, item[name] ?? { NULL: true }]),
        );
        if (!ended || Number(ended.N) + this.#lagOf(key) >= now) continue;
        await writeItem(this.#engine, 'DeleteItem', {
          TableName: tableName,
          Key: key,
          // Whoever gave the item more time after it was read keeps it.
          ConditionExpression: '#ttl = :ended',
          ExpressionAttributeNames: { '#ttl': attribute },
          ExpressionAttributeValues: { ':ended': ended },
        }).catch(unlessGone);
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** Up to the longest one, and the same at each sweep. */
  #lagOf(key: object): number {
    const hash = createHash('sha256').update(JSON.stringify(key)).digest();
    return (hash.readUInt32LE(0) / 2 ** 32) * this.#lagSeconds;
  }

  async #endedItems(
    tableName: string,
    attribute: string,
    now: number,
    start: unknown,
  ): Promise<Wire<ScanCommandOutput>> {
    const scan = this.#engine.check('Scan', {
      TableName: tableName,
      ExclusiveStartKey: start,
      FilterExpression: '#ttl < :now AND #ttl > :old',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':now': { N: String(now) }, ':old': { N: String(now - fiveYearsSeconds) } },
    });
    return (await this.#engine.run('Scan', scan)) as Wire<ScanCommandOutput>;
  }
}

function unlessGone(error: unknown): void {
  const gone = ['ConditionalCheckFailedException', 'ResourceNotFoundException'];
  if (!(error instanceof AwsError && gone.includes(error.name))) throw error;
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import { type BeforeAction, createJsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import { createActions } from './actions.ts';
import { Engine } from './engine/engine.ts';
import { sweepEvery } from './sweep-every.ts';
import { TimeToLive } from './time-to-live.ts';
import { TransactionTokens } from './transactions/transaction-tokens.ts';

export interface DynamoDbOptions {
  /** Where the database lies, made when missing; without it everything is in memory and gone at the end. */
  readonly dir?: string;
  /** Time to live and transaction tokens go by it. */
  readonly clock: Clock;
  readonly principals: Principals;
  readonly region: string;
  /** @default 0, a free one */
  readonly port?: number;
  /** How often ended items are looked for, by the clock. @default 10 minutes; AWS itself takes hours */
  readonly sweepEveryMs?: number;
  /** Gets what failed unexpectedly, by operation. @default printed on standard error */
  readonly onUnexpected?: (operation: string, error: unknown) => void;
}

export interface DynamoDb extends AsyncDisposable {
  readonly url: string;
  /** Removes ended items and used-up transaction tokens now. */
  sweep(): Promise<void>;
  /** What a test lets go wrong. */
  readonly faults: { before?: BeforeAction | undefined };
}

/** DynamoDB on loopback. Rejects when another process has the same folder open. */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { dir, clock, principals, region } = options;
  const report = options.onUnexpected ?? ((operation, error) => console.error('dynamodb', operation, error));
  let ending = false;
  // Whoever is served at the end finds the database closed under it, and its caller gone.
  const onUnexpected: typeof report = (operation, error) => ending || report(operation, error);
  if (dir) await mkdir(dir, { recursive: true, mode: 0o700 });

  await using started = new AsyncDisposableStack();
  const engine = started.use(
    await Engine.open({ dir: dir && join(dir, 'level'), region, accountId: principals.accountId }),
  );
  const timeToLive = new TimeToLive(engine, clock);
  const tokens = new TransactionTokens(engine.db, clock);
  const sweep = async () => {
    await timeToLive.sweep();
    await tokens.sweep();
  };
  const faults: DynamoDb['faults'] = {};
  const service = createJsonService({
    target: 'DynamoDB_20120810',
    service: 'dynamodb',
    jsonVersion: '1.0',
    // A batch of 25 items of 400 KB fits, as in AWS.
    maxBodyBytes: 16 * 1024 * 1024,
    actions: createActions(engine, timeToLive, tokens),
    before: (operation, input) => faults.before?.(operation, input),
    onUnexpected,
    principals,
    region,
    clock,
  });
  started.use(
    sweepEvery(clock, options.sweepEveryMs ?? 600_000, () => sweep().catch((error) => onUnexpected('sweep', error))),
  );
  const { url } = started.use(await service.listen(options.port));
  const running = started.move();
  return {
    url,
    sweep,
    faults,
    [Symbol.asyncDispose]() {
      ending = true;
      return running.disposeAsync();
    },
  };
}

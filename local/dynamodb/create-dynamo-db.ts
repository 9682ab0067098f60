import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import { type BeforeAction, createJsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import { callFaults } from '../hazards/call-faults.ts';
import { type Hazards, readHazards } from '../hazards/hazards.ts';
import { sweepEvery } from '../sweep-every.ts';
import { createActions } from './actions.ts';
import { databaseRefusals } from './database-refusals.ts';
import { Engine } from './engine/engine.ts';
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
  /** How often items to be removed are looked for, by the clock. @default 10 minutes */
  readonly sweepEveryMs?: number;
  /** Gets what failed unexpectedly, by operation. @default printed on standard error */
  readonly onUnexpected?: (operation: string, error: unknown) => void;
  /** @default as AWS is */
  readonly hazards?: Hazards;
}

export interface DynamoDb extends AsyncDisposable {
  readonly url: string;
  /** Removes the items whose time it is, and used-up transaction tokens, now. */
  sweep(): Promise<void>;
  /** What a test lets go wrong, from one moment to the next; `hazards` are for the whole run. */
  readonly faults: { before?: BeforeAction | undefined };
}

/** DynamoDB on loopback. Rejects when another process has the same folder open. */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { dir, clock, principals, region, hazards = readHazards() } = options;
  const report = options.onUnexpected ?? ((operation, error) => console.error('dynamodb', operation, error));
  let ending = false;
  // Whoever is served at the end finds the database closed under it, and its caller gone.
  const onUnexpected: typeof report = (operation, error) => ending || report(operation, error);
  if (dir) await mkdir(dir, { recursive: true, mode: 0o700 });

  await using started = new AsyncDisposableStack();
  const engine = started.use(
    await Engine.open({ dir: dir && join(dir, 'level'), region, accountId: principals.accountId }),
  );
  const timeToLive = new TimeToLive(engine, clock, hazards.database.timeToLiveLagSeconds);
  const tokens = new TransactionTokens(engine.db, clock);
  const sweep = async () => {
    await timeToLive.sweep();
    await tokens.sweep();
  };
  const faults: DynamoDb['faults'] = {};
  const calls = callFaults({
    service: 'dynamodb',
    faults: hazards.calls,
    seed: hazards.seed,
    refusals: databaseRefusals,
    clock,
  });
  const service = createJsonService({
    target: 'DynamoDB_20120810',
    service: 'dynamodb',
    jsonVersion: '1.0',
    // A batch of 25 items of 400 KB fits, as in AWS.
    maxBodyBytes: 16 * 1024 * 1024,
    actions: createActions(engine, timeToLive, tokens),
    before: async (operation, input) => {
      await faults.before?.(operation, input);
      await calls.before(operation, input);
    },
    after: calls.after,
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

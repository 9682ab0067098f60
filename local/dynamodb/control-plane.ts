// What an account's tools ask and a local database has no say in: fixed answers of AWS's shape.

import type {
  DescribeContinuousBackupsCommandInput,
  DescribeContinuousBackupsCommandOutput,
  DescribeLimitsCommandInput,
  DescribeLimitsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Action } from '../aws/json-service.ts';
import type { Wire } from '../aws/wire.ts';
import type { Engine } from './engine/engine.ts';

/** Backups are always on and never made: there is nothing here to restore from. */
export async function describeContinuousBackups(
  engine: Engine,
  input: Wire<DescribeContinuousBackupsCommandInput>,
): Promise<Wire<DescribeContinuousBackupsCommandOutput>> {
  await engine.table(String(input.TableName));
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  };
}

/** AWS's first quotas of an account. */
export const describeLimits = (() => ({
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
})) satisfies Action<DescribeLimitsCommandInput, DescribeLimitsCommandOutput>;

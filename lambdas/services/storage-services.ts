import { sandboxRecords } from '../aws/dynamodb/sandboxes/sandbox-records.ts';
import { homes } from '../aws/s3/homes.ts';
import { storedObjects } from '../aws/s3/stored-objects.ts';
import { readConfig } from '../config.ts';
import { bucketOf, logOf, tableOf } from './from-settings.ts';

/** For what is stored. */
export function storageServices(config = readConfig('storage')) {
  const { clock } = config;
  const bucket = bucketOf(config);
  const ports = {
    clock,
    records: sandboxRecords(tableOf(config), clock),
    homes: homes(bucket),
    objects: storedObjects(bucket),
  };
  return { ports, clock, log: logOf(config), corsOrigins: config.MATRX_CORS_ORIGINS };
}

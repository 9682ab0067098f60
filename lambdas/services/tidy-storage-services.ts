import { cursors } from '../aws/dynamodb/sandboxes/cursors.ts';
import { homes } from '../aws/s3/homes.ts';
import { storedObjects } from '../aws/s3/stored-objects.ts';
import { readConfig } from '../config.ts';
import { bucketOf, logOf, tableOf } from './from-settings.ts';

/** For what is done every hour with what is stored. */
export function tidyStorageServices(config = readConfig('tidy-storage')) {
  const { clock } = config;
  const bucket = bucketOf(config);
  return {
    ports: {
      clock,
      log: logOf(config),
      cursors: cursors(tableOf(config)),
      homes: homes(bucket),
      objects: storedObjects(bucket),
      keep: config.MATRX_HOMES.keep,
    },
  };
}

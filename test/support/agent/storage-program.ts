// Storage in a process of its own: `node storage-program.ts <order>` prints where it is and who may do what there, and lives as
// long as its input. What it has lies in the order's folder and is there for the next one.

import { flushCompileCache } from 'node:module';
import { systemClock } from '../../../contract/clock.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { openStoragePlace } from './storage-place.ts';

export interface StorageOrder {
  readonly folder: string;
  /** Who gets credentials. */
  readonly users: readonly string[];
  readonly hazards?: HazardSettings | undefined;
}

const { folder, users, hazards } = JSON.parse(process.argv[2] ?? '') as StorageOrder;
const place = await openStoragePlace({ folder, hazards: readHazards(hazards), clock: systemClock });
const { s3Url, linkSocket, allPowerful } = place;
const credentials = Object.fromEntries(users.map((user) => [user, place.credentialsFor(user)]));
process.stdout.write(`${JSON.stringify({ s3Url, linkSocket, allPowerful, credentials })}\n`);
// Who is killed has no end to do it at.
flushCompileCache();
process.stdin
  .on('close', async () => {
    await place[Symbol.asyncDispose]();
    process.exit();
  })
  .resume();

import { mkdir } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Clock } from '../../contract/clock.ts';
import type { Principals } from '../aws/keys.ts';
import { listen } from '../aws/listen.ts';
import { callFaults } from '../hazards/call-faults.ts';
import { type Hazards, readHazards } from '../hazards/hazards.ts';
import { sweepEvery } from '../sweep-every.ts';
import { type Expiry, expireObjects } from './expire-objects.ts';
import { bodyFaults } from './hazards/body-faults.ts';
import { storageRefusals } from './hazards/storage-refusals.ts';
import { ObjectStore } from './store/object-store.ts';
import { createS3Listener } from './wire/s3-service.ts';

export interface S3Options {
  /** Where everything lies, made when missing. */
  readonly dir: string;
  /** Of the objects' times and expiries. */
  readonly clock: Clock;
  readonly principals: Principals;
  readonly region: string;
  /** Is there from the start. */
  readonly bucket?: { readonly name: string; readonly expiry: Expiry };
  /** @default 0, a free one */
  readonly port?: number;
  /** How often what has had its time is looked for, by the clock. @default an hour */
  readonly sweepEveryMs?: number;
  /** Gets what failed unexpectedly, by operation. @default printed on standard error */
  readonly onUnexpected?: (operation: string, error: unknown) => void;
  /** @default as AWS is */
  readonly hazards?: Hazards;
}

export interface S3 extends AsyncDisposable {
  readonly url: string;
  /** What answers there, for requests that come another way. */
  readonly listener: RequestListener;
  /** Removes what has had its time, now. */
  sweep(): Promise<void>;
}

// S3 closes a connection over which nothing comes or goes for so long.
const silenceMs = 60_000;

/** S3 on loopback. Rejects when another process has the same folder open. */
export async function createS3(options: S3Options): Promise<S3> {
  const { dir, clock, principals, region, bucket, hazards = readHazards() } = options;
  const report = options.onUnexpected ?? ((operation, error) => console.error('s3', operation, error));
  let ending = false;
  // Whoever is served at the end finds the store closed under it, and its caller gone.
  const onUnexpected: typeof report = (operation, error) => ending || report(operation, error);
  await mkdir(dir, { recursive: true, mode: 0o700 });

  await using started = new AsyncDisposableStack();
  const store = started.use(await ObjectStore.open(dir));
  if (bucket && !(await store.bucket(bucket.name))) await store.createBucket(bucket.name, { createdAt: clock.now() });
  const sweep = async () => {
    if (bucket) await expireObjects(store, clock, bucket.name, bucket.expiry);
  };
  const { seed, calls, storage } = hazards;
  const hooks = callFaults({ service: 's3', faults: calls, seed, clock, refusals: storageRefusals });
  const listener = createS3Listener({
    ...hooks,
    store,
    principals,
    region,
    clock,
    bodyFaults: bodyFaults(storage.bodies, seed, clock),
    onUnexpected,
  });
  started.use(
    sweepEvery(clock, options.sweepEveryMs ?? 3_600_000, () => sweep().catch((error) => onUnexpected('sweep', error))),
  );
  const { url, server } = started.use(await listen(listener, options.port));
  // An upload may take as long as it likes, as long as it goes on.
  server.requestTimeout = 0;
  server.timeout = silenceMs;
  const running = started.move();
  return {
    url,
    listener,
    sweep,
    [Symbol.asyncDispose]() {
      ending = true;
      return running.disposeAsync();
    },
  };
}

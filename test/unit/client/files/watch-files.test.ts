import { expect, test } from 'vitest';
import { type ConnectionOptions, openConnection } from '../../../../client/connection.ts';
import { Files } from '../../../../client/files/files.ts';
import type { FileChange } from '../../../../client/files/watch-files.ts';
import { systemClock } from '../../../../contract/clock.ts';
import {
  type Behaviour,
  fail,
  misbehavingService,
  sandboxId,
  stream,
} from '../../../support/fakes/misbehaving-service.ts';

const watching = { event: 'watching' };
const created = (path: string) => ({ event: 'created', path });
const clock = { ...systemClock, sleep: async () => undefined };

/** Watches until the service fails for good. */
async function watch(...behaviours: Behaviour[]) {
  await using service = await misbehavingService(...behaviours);
  const options: ConnectionOptions = { url: service.url, credentials: { token: 't' }, attempts: 4, clock };
  const files = new Files(await openConnection(options), sandboxId);
  const changes: FileChange[] = [];
  const error = await (async () => {
    for await (const change of files.watch('.')) changes.push(change);
  })().catch((thrown: unknown) => thrown);
  return { changes, error, asked: service.seen.length };
}

test('a watcher whose first stream could not be had is told when it watches, and later of gaps', async () => {
  const { changes } = await watch(
    fail('unavailable'),
    stream([watching, created('/one')], 'cut'),
    stream([watching, created('/two'), { event: 'finished' }]),
    fail('forbidden'),
  );
  expect(changes).toEqual([
    { type: 'watching' },
    { type: 'created', path: '/one' },
    { type: 'overflow' },
    { type: 'created', path: '/two' },
  ]);
});

test('a watch that cannot be had is given up after as many attempts as any call', async () => {
  const refusals = [...Array(8).fill(fail('unavailable')), fail('forbidden')];
  const { changes, error, asked } = await watch(...refusals);
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(asked).toBe(4);
  expect(changes).toEqual([]);
});

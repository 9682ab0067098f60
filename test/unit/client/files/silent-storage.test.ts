import { expect, test } from 'vitest';
import { openConnection } from '../../../../client/connection.ts';
import { Files } from '../../../../client/files/files.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import {
  answer,
  type Behaviour,
  hang,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
} from '../../../support/fakes/misbehaving-service.ts';

const minuteMs = 60_000;
const { inlineBytes, partBytes } = limits.files;
const expires_at = '2026-01-01T00:00:00.000Z';
const sha256 = '0'.repeat(64);
const upload = {
  upload_id: `upl_${'0'.repeat(26)}`,
  path: 'large',
  part_bytes: partBytes,
  expires_at,
  received: [],
  file: null,
};
const mode = { owner: 1000, group: 1000, mode: '644', modified_at: expires_at };
const entry = { ...mode, path: '/home/agent/large', name: 'large', type: 'file', size: inlineBytes + 1 };

/** The service does what it should; storage, which listens at the same place, does what it is told. */
async function begin(put: Behaviour, get: Behaviour = hang) {
  const own: Behaviour = (response, request) => {
    const { method, url } = request;
    if (url.startsWith('/storage')) return (method === 'PUT' ? put : get)(response, request);
    const storage = `${service.url}/storage`;
    if (url.endsWith('/files/upload')) return answer(201, { ...upload, parts: [] })(response, request);
    if (url.endsWith('/parts')) {
      const parts = [{ number: 1, url: storage, headers: {}, expires_at }];
      return answer(200, { parts })(response, request);
    }
    const event = url.endsWith('/download')
      ? { event: 'finished', download: { url: storage, size: 10, sha256, expires_at } }
      : { event: 'finished', file: { entry, sha256, created: true } };
    return answer(200, `${JSON.stringify(event)}\n`, { 'content-type': 'application/x-ndjson' })(response, request);
  };
  const service: MisbehavingService = await misbehavingService(own);
  const clock = new ManualClock();
  const connection = await openConnection({ url: service.url, credentials: { token: 't' }, clock });
  const toStorage = () => service.seen.filter(({ url }) => url.startsWith('/storage')).length;
  return {
    files: new Files(connection, sandboxId),
    clock,
    toStorage,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** Lets time pass until something is over; how much it was. */
async function passUntilOver(clock: ManualClock, work: Promise<unknown>): Promise<number> {
  const since = clock.now();
  let isOver = false;
  const over = work.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.pass(minuteMs / 12);
  }
  await over;
  return clock.now() - since;
}

const large = new Uint8Array(inlineBytes + 1);

test('L9: an upload to storage that takes a part and never answers is given up with a typed error', async () => {
  await using here = await begin(hang);
  const written = here.files.write('large', large);
  written.catch(() => undefined);
  const passedMs = await passUntilOver(here.clock, written);
  await expect(written).rejects.toMatchObject({ name: 'SandboxError', code: 'timed_out' });
  expect(here.toStorage()).toBeGreaterThan(1);
  expect(passedMs).toBeLessThan(20 * minuteMs);
});

test('L9: a download from storage that stops in the middle is given up with a typed error', async () => {
  const stop: Behaviour = (response, { headers }) => {
    response.writeHead(headers.range ? 206 : 200, { 'content-length': 10 });
    if (headers.range) response.flushHeaders();
    else response.write('begun');
  };
  await using here = await begin(hang, stop);
  const fetched = here.files.download('large').then(async (download) => {
    for await (const _ of download);
  });
  fetched.catch(() => undefined);
  const passedMs = await passUntilOver(here.clock, fetched);
  await expect(fetched).rejects.toMatchObject({ name: 'SandboxError', code: 'timed_out' });
  expect(passedMs).toBeLessThan(20 * minuteMs);
});

test('a part that takes longer than an answer may, on a slow line, is waited for', async () => {
  const answered = Promise.withResolvers<void>();
  const slow: Behaviour = async (response) => {
    await answered.promise;
    response.writeHead(200).end();
  };
  await using here = await begin(slow);
  const written = here.files.write('large', large);
  while (here.toStorage() === 0) await new Promise(setImmediate);
  here.clock.pass(2 * minuteMs);
  answered.resolve();
  expect((await written).size).toBe(large.length);
  expect(here.toStorage()).toBe(1);
});

import { expect, test } from 'vitest';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { LogEvent, LogPage } from '../../../../contract/api/sandboxes/logs.ts';
import { readLog } from '../../../../lambdas/core/sandboxes/logs/read-log.ts';
import { callOf, person } from '../../../support/calls.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const ada = person('ada');

async function begin() {
  const life = fakeService();
  const { ports, clock } = life;
  const sandbox_id = await life.ready();
  const lines: { atMs: number; message: string }[] = [];
  ports.logs.byTask.set(life.taskIdOf(sandbox_id), lines);
  const print = (...messages: string[]) => lines.push(...messages.map((message) => ({ atMs: clock.now(), message })));
  const ask = (query: object = {}, over: object = {}) =>
    readLog(ports, callOf('readLog', ada, { params: { sandbox_id }, query, ...over }));
  const page = async (query: object = {}): Promise<LogPage> => {
    const answer = await ask(query);
    if (!('body' in answer)) throw new Error('the answer comes later');
    return answer.body;
  };
  const stream = async (query: object, onEvent: (event: LogEvent) => unknown = () => undefined, over: object = {}) => {
    const answer = await ask(query, { streamed: true, ...over });
    if (!('events' in answer)) throw new Error('no stream');
    const seen: LogEvent[] = [];
    for await (const event of answer.events) {
      seen.push(event);
      await onEvent(event);
    }
    return seen;
  };
  return { ...life, sandbox_id, print, ask, page, stream };
}

const messages = (seen: readonly LogEvent[]) =>
  seen.flatMap((event) => (event.event === 'lines' ? event.lines.map(({ message }) => message) : []));

test('H10: a log is read page by page, and on from its end when more has come', async () => {
  const { print, page } = await begin();
  print('one', 'two', 'three');
  const first = await page({ limit: 2 });
  expect(first).toMatchObject({ lines: [{ message: 'one' }, { message: 'two', truncated: false }], at_end: false });
  const second = await page({ limit: 2, cursor: first.next_cursor });
  expect(second.lines.map(({ message }) => message)).toEqual(['three']);
  const third = await page({ cursor: second.next_cursor });
  expect(third).toEqual({ lines: [], next_cursor: second.next_cursor, at_end: true });
  print('four');
  expect((await page({ cursor: third.next_cursor })).lines).toMatchObject([{ message: 'four' }]);
});

test('H10: the log of a sandbox that has ended is still there', async () => {
  const { print, page, taskEvent, sandbox_id, recordOf } = await begin();
  print('its last words');
  await taskEvent(sandbox_id);
  expect(recordOf(sandbox_id)).toHaveProperty('ended_at');
  expect((await page()).lines).toMatchObject([{ message: 'its last words' }]);
});

test('a sandbox that has printed nothing has an empty log, and one without a machine too', async () => {
  const { page, create, ports } = await begin();
  expect(await page()).toMatchObject({ lines: [], at_end: false });
  ports.tasks.script.push({ kind: 'refused', reason: 'capacity', detail: 'none', nextAttempt: undefined });
  const { sandbox_id: id } = await create().catch(() => ({ sandbox_id: [...ports.records.byId.keys()].at(-1) }));
  const answer = await readLog(ports, callOf('readLog', ada, { params: { sandbox_id: id } }));
  expect(answer).toMatchObject({ body: { lines: [], next_cursor: null, at_end: true } });
});

test('a line that is too long is cut between characters, and says so', async () => {
  const { print, page } = await begin();
  print('é'.repeat(limits.logLineBytes));
  const [line] = (await page()).lines;
  expect(line?.truncated).toBe(true);
  expect(line?.message).toBe('é'.repeat(limits.logLineBytes / 2));
});

test('C1: nobody reads the log of somebody else’s sandbox', async () => {
  const { ports, sandbox_id } = await begin();
  const call = callOf('readLog', person('eve'), { params: { sandbox_id } });
  await expect(readLog(ports, call)).rejects.toMatchObject({ code: 'not_found' });
});

test('fails when a follower asks for no stream', async () => {
  const { ask } = await begin();
  await expect(ask({ follow: 'true' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'query.follow' },
  });
});

test('a stream without follow ends where the log ends now', async () => {
  const { print, stream } = await begin();
  print('one', 'two', 'three');
  const seen = await stream({ limit: 2 });
  expect(messages(seen)).toEqual(['one', 'two', 'three']);
  expect(seen.at(-1)).toMatchObject({ event: 'finished', complete: false, next_cursor: expect.any(String) });
});

test('a follower gets each line once, and is told when the sandbox has ended and all was said', async () => {
  const { print, stream, taskEvent, sandbox_id } = await begin();
  print('one');
  let left = 2;
  const seen = await stream({ follow: 'true' }, async () => {
    if (left-- > 0) print(`more ${left}`);
    if (left === 0) await taskEvent(sandbox_id);
  });
  expect(messages(seen)).toEqual(['one', 'more 1', 'more 0']);
  expect(seen.at(-1)).toMatchObject({ event: 'finished', complete: true });
});

test('a follower is let go after 280 s with the place to go on from', async () => {
  const { print, stream, page, clock } = await begin();
  print('one');
  const since = clock.now();
  const end = (await stream({ follow: 'true' })).at(-1);
  expect(end).toMatchObject({ event: 'finished', complete: false });
  expect(clock.now() - since).toBeLessThanOrEqual(limits.waitSeconds.max * 1000);
  print('two');
  const { lines } = await page({ cursor: end?.event === 'finished' ? end.next_cursor : '' });
  expect(lines).toMatchObject([{ message: 'two' }]);
});

test('what passes is waited out, and what stays wrong is the last event', async () => {
  const { print, stream, ports } = await begin();
  print('one');
  const busy = new SandboxError('rate_limited', 'logs: too many calls at once');
  const wrong = new Error('nobody knows');
  const fail = (event: LogEvent) => {
    if (event.event === 'lines') ports.logs.failures.push(busy, busy, wrong);
  };
  const seen = await stream({ follow: 'true' }, fail);
  expect(seen.map(({ event }) => event)).toEqual(['lines', 'error']);
  expect(seen.at(-1)).toMatchObject({ error: { code: 'internal', message: 'internal error' } });
});

test('a follower who has gone is followed no longer', async () => {
  const { stream, clock } = await begin();
  const since = clock.now();
  const gone = AbortSignal.abort();
  expect(await stream({ follow: 'true' }, undefined, { signal: gone })).toMatchObject([{ event: 'finished' }]);
  expect(clock.now()).toBe(since);
});

import { expect, test } from 'vitest';
import type { LogLine, LogOptions } from '../../../client/logs/read-log.ts';
import { Sandbox } from '../../../client/sandbox.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import {
  answer,
  type Behaviour,
  errorOf,
  fail,
  misbehavingService,
  sandboxId,
  sandboxRecord,
  stream,
} from '../../support/fakes/misbehaving-service.ts';

const time = '2026-01-01T00:00:00.000Z';
const lines = (...messages: string[]) => messages.map((message) => ({ time, message, truncated: false }));
const some = (next_cursor: string, ...messages: string[]) => ({
  event: 'lines',
  lines: lines(...messages),
  next_cursor,
});
const end = (next_cursor: string | null, complete: boolean) => ({ event: 'finished', next_cursor, complete });
const page = (next_cursor: string | null, at_end: boolean, ...messages: string[]) =>
  answer(200, { lines: lines(...messages), next_cursor, at_end });

async function read(options: LogOptions, ...behaviours: Behaviour[]) {
  await using service = await misbehavingService(answer(200, sandboxRecord()), ...behaviours);
  const connection = { url: service.url, credentials: { token: 't' } };
  const sandbox = await Sandbox.connect(sandboxId, connection);
  const seen: LogLine[] = [];
  let error: unknown;
  try {
    for await (const line of sandbox.logs(options)) seen.push(line);
  } catch (thrown) {
    error = thrown;
  }
  const asked = service.seen.slice(1).map(({ url }) => new URL(url, service.url).searchParams);
  return { messages: seen.map(({ message }) => message), seen, error, asked };
}

test('a log is read page after page to its present end', async () => {
  const { seen, messages, asked } = await read({}, page('a', false, 'one', 'two'), page('b', false), page('b', true));
  expect(messages).toEqual(['one', 'two']);
  expect(seen[0]).toEqual({ time: new Date(time), message: 'one', truncated: false });
  expect(asked.map((query) => query.get('cursor'))).toEqual([null, 'a', 'b']);
});

test('a follower goes on where a stream ended or broke, and stops when the sandbox has ended', async () => {
  const { messages, error, asked } = await read(
    { follow: true },
    stream([some('a', 'one'), end('a', false)]),
    stream([{ event: 'heartbeat' }, some('b', 'two')], 'cut'),
    fail('unavailable', { 'retry-after': '0' }),
    stream([some('c', 'three'), end('c', true)]),
  );
  expect(error).toBeUndefined();
  expect(messages).toEqual(['one', 'two', 'three']);
  expect(asked.map((query) => query.get('cursor'))).toEqual([null, 'a', 'b', 'b']);
  expect(asked.every((query) => query.get('follow') === 'true')).toBe(true);
});

test('fails with what the service told in the middle of a stream', async () => {
  const told = stream([some('a', 'one'), { event: 'error', ...errorOf('internal') }]);
  const { messages, error } = await read({ follow: true }, told);
  expect(messages).toEqual(['one']);
  expect(error).toMatchObject({ code: 'internal', message: 'told internal' });
});

test('a follower who has had enough leaves with its reason', async () => {
  const enough = new Error('enough');
  const { error } = await read({ follow: true, signal: AbortSignal.abort(enough) }, stream([end(null, true)]));
  expect(error).toBe(enough);
});

test('a follower reads on for as long as the sandbox lives, however late a stream breaks', async () => {
  const time = new ManualClock();
  const clock = {
    now: () => time.now(),
    after: (ms: number, run: () => void) => time.after(ms, run),
    sleep: async () => undefined,
  };
  const minutesLater =
    (behaviour: Behaviour): Behaviour =>
    (response, request) => {
      time.pass(250_000);
      return behaviour(response, request);
    };
  await using service = await misbehavingService(
    answer(200, sandboxRecord()),
    minutesLater(stream([some('a', 'one')], 'cut')),
    minutesLater(stream([some('b', 'two'), end('b', true)])),
  );
  const timeouts = { answerMs: 3_600_000, silenceMs: 3_600_000 };
  const sandbox = await Sandbox.connect(sandboxId, { url: service.url, credentials: { token: 't' }, clock, timeouts });
  const messages: string[] = [];
  for await (const { message } of sandbox.logs({ follow: true })) messages.push(message);
  expect(messages).toEqual(['one', 'two']);
});

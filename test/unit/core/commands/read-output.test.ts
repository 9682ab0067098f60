import { expect, test } from 'vitest';
import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { CommandOutput } from '../../../../contract/api/commands/command-info.ts';
import type { ExecEvent } from '../../../../contract/api/commands/commands.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { readOutput } from '../../../../lambdas/core/commands/read-output.ts';
import { commandId, finishedWith, infoOf, printed, reportOf, running } from '../../../support/agent/command-samples.ts';
import { callOf, service } from '../../../support/calls.ts';
import { events } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const lost = () => new SandboxError('channel_lost', 'the channel broke');

/** A sandbox in which one command has printed this much. */
async function begin(text = '', fields: Parameters<typeof infoOf>[0] = {}) {
  const life = fakeService();
  const { channel } = life.ports;
  const id = await life.ready();
  const bytes = Buffer.from(text);
  const info = infoOf({ stdout_bytes: bytes.length, ...fields });
  channel.answer = () => info;
  channel.followed = (_, { offsets, streamBytes = bytes.length }) => {
    const found: CommandEvent[] = [];
    const offset = Math.max(offsets.stdout, info.stdout_first_available);
    if (offset < Math.min(bytes.length, streamBytes)) found.push(printed(offset, bytes.subarray(offset, streamBytes)));
    return events([...found, finishedWith(info)]);
  };
  const call = (query: object, streamed = false, signal = new AbortController().signal) =>
    callOf('readOutput', service, { params: { sandbox_id: id, command_id: commandId() }, query, streamed, signal });
  const page = async (query: object = {}): Promise<CommandOutput> => {
    const answer = await readOutput(life.ports, call(query));
    if ('events' in answer) throw new Error('expected a page');
    return 'later' in answer ? await answer.later() : answer.body;
  };
  const stream = async (query: object = { follow: 'true' }, signal?: AbortSignal) => {
    const answer = await readOutput(life.ports, call(query, true, signal));
    if (!('events' in answer)) throw new Error('expected events');
    const seen: ExecEvent[] = [];
    for await (const event of answer.events) seen.push(event);
    return seen;
  };
  return { ...life, channel, id, page, stream };
}

test('output is read page by page from any offset, and no character is cut in two', async () => {
  const { page } = await begin('aäöü');
  expect(await page({ limit: 4 })).toEqual({
    command_id: commandId(),
    stream: 'stdout',
    offset: 0,
    data: 'aä',
    encoding: 'utf8',
    next_offset: 3,
    first_available: 0,
    produced_bytes: 7,
    ended: true,
  });
  expect(await page({ offset: 3, limit: 4 })).toMatchObject({ data: 'öü', next_offset: 7, ended: true });
  expect(await page({ offset: 7 })).toMatchObject({ data: '', next_offset: 7, ended: true });
  expect(await page({ offset: 9 })).toMatchObject({ data: '', next_offset: 9, produced_bytes: 7, ended: true });
});

test('a page gets its reader on, however small it is', async () => {
  const { page } = await begin('€');
  expect(await page({ limit: 1 })).toMatchObject({ encoding: 'base64', next_offset: 1 });
  expect(await page({ offset: 1 })).toMatchObject({ encoding: 'base64', next_offset: 3 });
});

test('Daytona#5144: what is no longer kept is said to be gone, not skipped in silence', async () => {
  const { page } = await begin('0123456789', { stdout_first_available: 4 });
  expect(await page()).toMatchObject({ offset: 4, data: '456789', first_available: 4, produced_bytes: 10 });
});

test('a page asks for its own stream and no more than it holds', async () => {
  const { page, channel } = await begin('x'.repeat(50));
  await page({ offset: 10, limit: 20 });
  await page({ stream: 'stderr', offset: 5 });
  expect(channel.follows.map(([, { offsets, streamBytes, until }]) => ({ ...offsets, streamBytes, until }))).toEqual([
    { stdout: 10, stderr: Number.MAX_SAFE_INTEGER, streamBytes: 30, until: 'now' },
    { stdout: Number.MAX_SAFE_INTEGER, stderr: 5, streamBytes: 5 + limits.outputPageBytes.default, until: 'now' },
  ]);
});

test('an agent that sends more than was asked for fills no page beyond its limit', async () => {
  const { page, channel } = await begin();
  channel.followed = () => events([printed(0, 'x'.repeat(100)), printed(100, 'y'.repeat(100)), finishedWith()]);
  expect(await page({ limit: 10 })).toMatchObject({ data: 'x'.repeat(10), next_offset: 10 });
});

test('a page that waits comes with the first output, or empty when there was none for as long as a call may wait', async () => {
  const { page, channel, clock } = await begin('', running);
  channel.followed = () => events([printed(0, 'first'), finishedWith(running)]);
  expect(await page({ follow: 'true' })).toMatchObject({ data: 'first', next_offset: 5, ended: false });
  let aborted = false;
  channel.followed = async function* (_, { signal }) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted = true;
  };
  const since = clock.now();
  expect(await page({ follow: 'true', offset: 5 })).toMatchObject({ data: '', next_offset: 5, ended: false });
  expect(clock.now() - since).toBe(limits.waitSeconds.max * 1000);
  await expect.poll(() => aborted).toBe(true);
});

test('a page that waits is empty when the channel is lost, and says where to read on', async () => {
  const { page, channel } = await begin('', running);
  channel.followed = () => events([], lost());
  expect(await page({ follow: 'true', offset: 8 })).toMatchObject({ data: '', next_offset: 8, ended: false });
});

test('CF#398: a stream of output starts where it is asked to and ends with the outcome', async () => {
  const { stream, channel } = await begin();
  channel.followed = () => events([printed(3, 'lo'), printed(7, 'err', 'stderr'), finishedWith({ exit_code: 2 })]);
  const seen = await stream({ follow: 'true', offset: '3', stderr_offset: '7' });
  expect(channel.follows[0]?.[1]).toMatchObject({ offsets: { stdout: 3, stderr: 7 }, streamBytes: undefined });
  expect(seen).toMatchObject([
    { event: 'started' },
    { event: 'stdout', offset: 3, data: 'lo' },
    { event: 'stderr', offset: 7, data: 'err' },
    { event: 'finished', result: { exit_code: 2 } },
  ]);
});

test('a stream of one of both, and a stream that does not follow', async () => {
  const { stream, channel } = await begin();
  await stream({ stream: 'stderr', offset: '4', follow: 'true' });
  await stream({});
  expect(channel.follows.map(([, { offsets, until }]) => ({ ...offsets, until }))).toEqual([
    { stdout: Number.MAX_SAFE_INTEGER, stderr: 4, until: undefined },
    { stdout: 0, stderr: 0, until: 'now' },
  ]);
});

test('vercel#172: a stream whose time is over says where to read on', async () => {
  const { stream, channel } = await begin('', running);
  channel.followed = async function* (_, { signal }) {
    yield printed(3, 'more');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  const seen = await stream({ follow: 'true', offset: '3' });
  expect(seen.at(-1)).toMatchObject({ event: 'finished', result: { outcome: 'running', stdout_bytes: 7 } });
});

test('CF#101: a stream of a sandbox that dies without a word ends as lost', async () => {
  const { stream, channel, id, taskEvent } = await begin('', running);
  channel.followed = () => {
    void taskEvent(id);
    return events([printed(0, 'half')], lost());
  };
  expect((await stream()).at(-1)).toMatchObject({ event: 'finished', result: { outcome: 'lost', exit_code: null } });
});

test('a gap in the output is a gap in the offsets, and no character is made of both sides of it', async () => {
  const { stream, channel } = await begin();
  channel.followed = () =>
    events([printed(0, Buffer.from([0x61, 0xe2])), printed(9, Buffer.from([0x82, 0x62])), finishedWith()]);
  expect((await stream()).slice(1, -1)).toMatchObject([
    { offset: 0, data: 'a', encoding: 'utf8' },
    { offset: 1, data: '4g==', encoding: 'base64' },
    { offset: 9, data: 'gmI=', encoding: 'base64' },
  ]);
});

test('after the sandbox has ended its head and its tail can be read, and the gap between them is true', async () => {
  const { page, stream, ports, id, taskEvent } = await begin();
  await ports.commands.addOutcome(id, reportOf({ stdout_bytes: 100, exit_code: 4 }, { head: 'head', tail: 'tail' }));
  await taskEvent(id);
  const ended = { ended: true, produced_bytes: 100, first_available: 0 };
  expect(await page()).toMatchObject({ offset: 0, data: 'head', next_offset: 4, ...ended });
  expect(await page({ offset: 1, limit: 2 })).toMatchObject({ offset: 1, data: 'ea', next_offset: 3 });
  expect(await page({ offset: 4, follow: 'true' })).toMatchObject({
    offset: 96,
    data: 'tail',
    next_offset: 100,
    ...ended,
  });
  expect(await page({ offset: 98 })).toMatchObject({ offset: 98, data: 'il' });
  expect(await page({ offset: 100 })).toMatchObject({ offset: 100, data: '', ended: true });
  expect(await stream({ follow: 'true', offset: '2' })).toMatchObject([
    { event: 'started' },
    { event: 'stdout', offset: 2, data: 'ad' },
    { event: 'stdout', offset: 96, data: 'tail' },
    { event: 'finished', result: { exit_code: 4 } },
  ]);
});

test('a report whose head and tail do not fit its count is read without inventing bytes', async () => {
  const { page, ports, id, taskEvent } = await begin();
  await ports.commands.addOutcome(id, reportOf({ stdout_bytes: 3 }, { head: 'headhead', tail: 'tail' }));
  await taskEvent(id);
  expect(await page()).toMatchObject({ data: 'hea', next_offset: 3 });
  expect(await page({ offset: 3 })).toMatchObject({ data: '', produced_bytes: 3 });
});

test('the output of a command that nobody knows is not found', async () => {
  const { page, channel } = await begin();
  channel.refuse = new SandboxError('not_found', 'no such command');
  for (const follow of ['true', 'false'])
    await expect(page({ follow })).rejects.toMatchObject({ code: 'not_found', details: { field: 'command_id' } });
});

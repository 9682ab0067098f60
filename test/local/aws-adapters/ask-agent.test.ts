import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import { encodeFrame } from '../../../contract/agent/frames.ts';
import { type Clock, createClock, systemClock } from '../../../contract/clock.ts';
import { agentChannel } from '../../../lambdas/aws/channel/agent-channel.ts';
import type { AgentQuestion, ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import { commandId, outcomeOf, running } from '../../support/agent/command-samples.ts';
import { keptLog } from '../../support/fakes/fakes.ts';
import { type AgentAsked, playedAgent } from '../../support/fakes/played-agent.ts';
import { PlayedSlots } from '../../support/fakes/played-slots.ts';

const target: ChannelTarget = {
  sandboxId: `sbx_${'0'.repeat(26)}`,
  generation: 1,
  taskArn: 'arn:task',
  agent: { channel_key: '', session_limit: 8, version: '1' },
  wantedUntil: null,
};
const answer = z.object({ n: z.number() });
const question: AgentQuestion<{ n: number }> = { method: 'GET', path: '/n', answer, repeatable: true };
const once = { ...question, method: 'POST' as const, repeatable: false };

async function begin(play: (asked: AgentAsked, count: number) => unknown, clock: Clock = systemClock) {
  const asked: AgentAsked[] = [];
  const agent = await playedAgent((each) => play(each, asked.push(each)));
  const slots = new PlayedSlots(clock);
  const channel = agentChannel({
    clock,
    log: keptLog(),
    leases: slots,
    line: slots,
    orders: slots,
    reports: { outcomeOf: async () => undefined },
    open: agent.open,
    endSession: async () => true,
  });
  onTestFinished(() => channel[Symbol.asyncDispose]());
  const { signal } = new AbortController();
  const ask = (what: AgentQuestion<{ n: number }> = question) => channel.ask(target, what, signal);
  const follow = async (options: Partial<Parameters<typeof channel.follow>[2]>) => {
    const defaults = { offsets: { stdout: 0, stderr: 0 }, streamBytes: undefined, signal };
    const seen: CommandEvent[] = [];
    for await (const event of await channel.follow(target, commandId(), { ...defaults, ...options })) seen.push(event);
    return seen;
  };
  return { ...agent, asked, ask, follow, slots };
}

const say = ({ stream }: AgentAsked, text: string, status = 200) => {
  stream.respond({ ':status': status });
  stream.end(text);
};

const cut = ({ stream }: AgentAsked) => {
  stream.respond({ ':status': 200 });
  stream.write('{"n":');
  stream.session?.destroy();
};

test('questions of one environment go through one channel', async () => {
  const { ask, opened, asked } = await begin((each, n) => say(each, JSON.stringify({ n })));
  expect(await Promise.all([ask(), ask(), ask()])).toHaveLength(3);
  expect(await ask({ ...question, method: 'POST', path: '/n?x=1', body: { a: 1 } })).toEqual({ n: 4 });
  expect([opened.length, asked[3]?.url.search, asked[3]?.body]).toEqual([1, '?x=1', '{"a":1}']);
});

test.each([true, false])(
  'a kept channel that died meanwhile is noticed before anything is asked (repeatable: %s)',
  async (repeatable) => {
    const { ask, opened, asked } = await begin((each, n) => say(each, JSON.stringify({ n })));
    await ask();
    opened[0]?.kill();
    expect(await ask({ ...question, repeatable })).toEqual({ n: 2 });
    expect([opened.length, asked.length]).toEqual([2, 2]);
  },
);

test('what is harmless to repeat is asked again when the channel breaks before the answer', async () => {
  const { ask, opened } = await begin((each, n) =>
    n === 1 ? each.stream.session?.destroy() : say(each, JSON.stringify({ n })),
  );
  expect(await ask()).toEqual({ n: 2 });
  expect(opened[0]?.terminated).toBe(true);
});

test('a signal is sent once: when nobody knows whether it was heard, that is the answer', async () => {
  const { ask, asked } = await begin((each) => each.stream.session?.destroy());
  await expect(ask(once)).rejects.toMatchObject({
    code: 'channel_lost',
    message: expect.stringContaining('may have been done'),
  });
  expect(asked).toHaveLength(1);
});

test.each([
  ['cut', cut],
  ['no JSON', (each: AgentAsked) => say(each, 'n')],
  ['another thing', (each: AgentAsked) => say(each, '{"n":"1"}')],
  ['endless', (each: AgentAsked) => say(each, `{"n":1,"x":"${'x'.repeat(5 * 1024 * 1024)}"}`)],
])('an answer that is %s is asked for once more and then given up', async (_, play) => {
  const { ask, asked, opened } = await begin((each) => void play(each));
  await expect(ask()).rejects.toMatchObject({ code: 'channel_lost' });
  expect(asked).toHaveLength(2);
  expect(opened.map(({ terminated }) => terminated)).toEqual([true, true]);
});

test('what the agent refuses is said in our words, and the channel stays', async () => {
  const error = { code: 'command_not_found', message: 'no such command', details: { secret: 1 } };
  const { ask, opened } = await begin((each) => say(each, JSON.stringify({ error }), 404));
  for (const what of [question, once])
    await expect(ask(what)).rejects.toMatchObject({ code: 'not_found', message: 'no such command', details: {} });
  expect(opened).toHaveLength(1);
});

test('a refusal that never ends is given up', async () => {
  const { ask, asked } = await begin(({ stream }) => {
    stream.respond({ ':status': 404 });
    stream.write('{"error":');
  }, createClock(20));
  await expect(ask()).rejects.toMatchObject({ code: 'channel_lost' });
  expect(asked).toHaveLength(2);
});

test('a refusal that is too long is read no further, and its stream is over', async () => {
  const { ask, asked, opened } = await begin(({ stream }) => {
    stream.respond({ ':status': 500 });
    stream.write('x'.repeat(128 * 1024));
  });
  await expect(ask()).rejects.toMatchObject({ code: 'internal' });
  await expect.poll(() => asked[0]?.stream.closed).toBe(true);
  expect(opened).toHaveLength(1);
});

const finished = (fields: object) => encodeFrame({ kind: 'finished', json: outcomeOf(fields) });

test('a command is followed from any offset, and may still run where that was asked for', async () => {
  const { follow, asked } = await begin(({ stream }) => {
    stream.respond({ ':status': 200 });
    stream.write(encodeFrame({ kind: 'stdout', offset: 7, data: Buffer.from('x') }));
    stream.end(finished(running));
  });
  const seen = await follow({ offsets: { stdout: 7, stderr: 9 }, streamBytes: 10, until: 'some' });
  expect(seen).toMatchObject([
    { kind: 'stdout', offset: 7 },
    { kind: 'finished', outcome: running },
  ]);
  const { pathname, searchParams } = asked[0]?.url ?? new URL('http://none');
  expect(pathname).toBe(`/commands/${commandId()}/frames`);
  expect(Object.fromEntries(searchParams)).toEqual({
    stdout_offset: '7',
    stderr_offset: '9',
    stream_bytes: '3',
    until: 'some',
  });
  await expect(follow({})).rejects.toMatchObject({ code: 'channel_lost' });
});

test('a follower goes on from where it was, and wants no more than is left', async () => {
  const { follow, asked, opened } = await begin(({ stream }, n) => {
    stream.respond({ ':status': 200 });
    if (n === 1) {
      stream.write(encodeFrame({ kind: 'stdout', offset: 4, data: Buffer.from('four') }));
      setTimeout(() => opened[0]?.kill(), 20);
    } else stream.end(finished({}));
  });
  await follow({ offsets: { stdout: 4, stderr: Number.MAX_SAFE_INTEGER }, streamBytes: 10 });
  expect(asked.map(({ url }) => [url.searchParams.get('stdout_offset'), url.searchParams.get('stream_bytes')])).toEqual(
    [
      ['4', '6'],
      ['8', '2'],
    ],
  );
});

/** As whoever has no channel does. */
const joinLine = async (slots: PlayedSlots, clock: Clock): Promise<void> => {
  await slots.stand('', 'another', clock.now() + 60_000);
  await slots.want('', clock.now() + 60_000);
};

test.each(['some', undefined] as const)(
  'a follower that gave its channel to others goes on where it was (until: %s)',
  async (until) => {
    const clock = createClock(20);
    const { follow, asked, opened, slots } = await begin(({ stream }, n) => {
      stream.respond({ ':status': 200 });
      if (n === 1) {
        stream.write(encodeFrame({ kind: 'stderr', offset: 5, data: Buffer.from('five') }));
        setTimeout(() => void joinLine(slots, clock), 20);
      } else stream.end(finished({}));
    }, clock);
    const seen = await follow({ offsets: { stdout: 3, stderr: 5 }, until, streamBytes: 100 });
    expect(seen.map(({ kind }) => kind)).toEqual(['stderr', 'finished']);
    expect(
      asked.map(({ url }) => [url.searchParams.get('stdout_offset'), url.searchParams.get('stderr_offset')]),
    ).toEqual([
      ['3', '5'],
      ['3', '9'],
    ]);
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  },
);

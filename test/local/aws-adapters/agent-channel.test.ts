import { expect, onTestFinished, test } from 'vitest';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import { encodeFrame } from '../../../contract/agent/frames.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import { type Clock, createClock, systemClock } from '../../../contract/clock.ts';
import { agentChannel } from '../../../lambdas/aws/channel/agent-channel.ts';
import { settleMs } from '../../../lambdas/aws/channel/kept/take-turn.ts';
import { closedMs } from '../../../lambdas/aws/channel/kept/wait-for-slot.ts';
import type { ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import { JumpingClock, keptLog } from '../../support/fakes/fakes.ts';
import { type AgentAsked, playedAgent } from '../../support/fakes/played-agent.ts';
import { PlayedSlots } from '../../support/fakes/played-slots.ts';

const commandId = `cmd_${'0'.repeat(26)}`;
const order = { command_id: commandId, command: 'true', env: {}, timeout_seconds: 60 };
const finished = (fields: object = {}) => ({
  kind: 'finished' as const,
  json: {
    command_id: commandId,
    outcome: 'exited',
    exit_code: 0,
    signal: null,
    stdout_bytes: 6,
    stderr_bytes: 0,
    cwd: '/home/agent',
    started_at: '2027-01-15T08:00:00.000Z',
    duration_ms: 5,
    ...fields,
  },
});
const out = (offset: number, text: string) => encodeFrame({ kind: 'stdout', offset, data: Buffer.from(text) });

async function begin(play: (asked: AgentAsked, count: number) => unknown, clock: Clock = systemClock) {
  const asked: AgentAsked[] = [];
  const agent = await playedAgent((each) => play(each, asked.push(each)));
  const slots = new PlayedSlots(clock);
  const reported = new Map<string, OutcomeReport>();
  const endedSessions: string[] = [];
  const channel = agentChannel({
    clock,
    log: keptLog(),
    leases: slots,
    line: slots,
    orders: slots,
    reports: { outcomeOf: async (_, id) => reported.get(id) },
    open: agent.open,
    endSession: async (id) => endedSessions.push(id) > 0,
  });
  onTestFinished(() => channel[Symbol.asyncDispose]());
  const target: ChannelTarget = {
    sandboxId: `sbx_${'0'.repeat(26)}`,
    generation: 1,
    taskArn: 'arn:task',
    agent: { channel_key: '', session_limit: 2, version: '1' },
    wantedUntil: null,
  };
  const abort = new AbortController();
  const run = async (fields: Partial<ChannelTarget> = {}, streamBytes?: number) => {
    const options = { streamBytes, signal: abort.signal };
    const seen: CommandEvent[] = [];
    for await (const event of await channel.run({ ...target, ...fields }, order, options)) seen.push(event);
    return seen;
  };
  return { ...agent, asked, slots, reported, endedSessions, run, abort, channel, target };
}

const manySlots = { channel_key: '', session_limit: 8, version: '1' };

const answer = ({ stream }: AgentAsked, ...frames: Uint8Array[]) => {
  stream.respond({ ':status': 200 });
  for (const frame of frames) stream.write(frame);
};

const whole = (asked: AgentAsked) => {
  answer(asked, encodeFrame({ kind: 'started', json: {} }), out(0, 'hello!'), encodeFrame(finished()));
  asked.stream.end();
};

test('C7: many commands go through one channel, which is given back at the end', async () => {
  const { run, opened, slots, asked, channel } = await begin(whole);
  for (let n = 0; n < 20; n++) expect((await run()).map(({ kind }) => kind)).toEqual(['stdout', 'finished']);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual(order);
  expect([opened.length, slots.held]).toEqual([1, 1]);
  await channel[Symbol.asyncDispose]();
  expect([opened[0]?.closed, slots.heldIn(closedMs)]).toEqual([true, 0]);
});

test('a channel that died in the meantime is replaced, and the command is sent again with its id', async () => {
  const { run, opened, asked } = await begin(whole);
  await run();
  opened[0]?.kill();
  expect(await run()).toHaveLength(2);
  expect(opened).toHaveLength(2);
  expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
});

test('a stream that breaks goes on from where it was, on another channel', async () => {
  const { run, opened, asked } = await begin((each, count) => {
    if (count === 1) {
      answer(each, out(0, 'hel'));
      setTimeout(() => opened[0]?.kill(), 20);
    } else {
      answer(each, out(3, 'lo!'), encodeFrame(finished()));
      each.stream.end();
    }
  });
  const seen = await run();
  expect(seen.map((event) => ('data' in event ? Buffer.from(event.data).toString() : event.kind))).toEqual([
    'hel',
    'lo!',
    'finished',
  ]);
  expect(asked[1]?.url.pathname).toBe(`/commands/${commandId}/frames`);
  expect(asked[1]?.url.searchParams.get('stdout_offset')).toBe('3');
});

test.each([
  ['garbage', Buffer.from('not frames at all, for sure')],
  ['an outcome of another command', encodeFrame(finished({ command_id: `cmd_${'1'.repeat(26)}` }))],
  ['an outcome that is none', encodeFrame(finished({ outcome: 'running' }))],
  ['an outcome without its fields', encodeFrame({ kind: 'finished', json: {} })],
  ['output that goes back', Buffer.concat([out(5, 'x'), out(0, 'y')])],
])('an agent that sends %s is given up after a few tries', async (_, bytes) => {
  const { run, opened, slots } = await begin((each) => {
    answer(each, bytes);
    each.stream.end();
  });
  await expect(run({ agent: manySlots })).rejects.toMatchObject({
    code: 'channel_lost',
    details: { command_id: commandId },
  });
  expect(opened).toHaveLength(4);
  expect(opened.every(({ terminated }) => terminated)).toBe(true);
  // A session that was broken off leaves its slot a moment later.
  expect([slots.held, slots.heldIn(settleMs)]).toEqual([4, 0]);
});

test('what the agent refuses is said in our words, and the channel stays', async () => {
  const { run, opened } = await begin(({ stream }) => {
    stream.respond({ ':status': 429 });
    stream.end(JSON.stringify({ error: { code: 'too_many_commands', message: 'too many', details: { secret: 1 } } }));
  });
  await expect(run()).rejects.toMatchObject({ code: 'rate_limited', message: 'too many', details: {} });
  await expect(run()).rejects.toMatchObject({ code: 'rate_limited' });
  expect(opened).toHaveLength(1);
});

test('an agent that answers nonsense in the place of an error is internal', async () => {
  const { run } = await begin(({ stream }) => {
    stream.respond({ ':status': 500 });
    stream.end('x'.repeat(200_000));
  });
  await expect(run()).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
});

test('letting go ends the events without an error, and leaves the channel open', async () => {
  const { channel, target, abort, opened, slots } = await begin((each) => answer(each, out(0, 'hi')));
  const events = await channel.run(target, order, { streamBytes: 10, signal: abort.signal });
  const seen: CommandEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    abort.abort();
  }
  expect(seen).toHaveLength(1);
  expect([opened[0]?.terminated, slots.held]).toEqual([false, 1]);
});

test('whoever sees that a channel is wanted gives it back after its turn', async () => {
  const { run, opened, slots } = await begin(whole);
  // Whoever only follows offers no order that somebody else could send.
  await slots.stand('', follower, Date.now() + 20_000);
  await run({ wantedUntil: new Date(Date.now() + 20_000).toISOString() });
  expect([opened[0]?.closed, slots.heldIn(closedMs)]).toEqual([true, 0]);
});

test('a channel that was wanted is kept when nobody waits any more', async () => {
  const { run, opened, slots } = await begin(whole);
  await run({ wantedUntil: new Date(Date.now() + 20_000).toISOString() });
  expect([opened[0]?.closed, slots.held]).toEqual([false, 1]);
});

test('a machine that was assigned anew gets a channel of its own', async () => {
  const { run, opened } = await begin(whole);
  await run();
  await run({ generation: 2 });
  expect(opened.map(({ terminated }) => terminated)).toEqual([true, false]);
});

test('a lease that was lost takes its channel with it', async () => {
  const clock = new JumpingClock();
  const { run, opened, slots } = await begin(whole, clock);
  await run();
  clock.pass(30_000);
  slots.losesLeases = true;
  expect(await run()).toHaveLength(2);
  expect(opened.map(({ terminated }) => terminated)).toEqual([true, false]);
});

const report = (fields: object = {}): OutcomeReport => ({
  ...finished(fields).json,
  outcome: 'exited',
  stdout: { head: Buffer.from('hello!').toString('base64'), tail: '' },
  stderr: { head: '', tail: '' },
});

// Stands in the line before everybody else.
const follower = '000000000000000-follower';

test('a follower whose channel is wanted gives it up, and goes on where it was without its caller noticing', async () => {
  const clock = createClock(20);
  const { run, opened, slots, asked } = await begin((each, count) => {
    answer(each, count === 1 ? out(0, 'hel') : out(3, 'lo!'), ...(count === 1 ? [] : [encodeFrame(finished())]));
    if (count === 1) setTimeout(() => void wantFor(10_000), 20);
    else each.stream.end();
  }, clock);
  const wantFor = async (ms: number) => {
    await slots.stand('', follower, clock.now() + ms);
    await slots.want('', clock.now() + ms);
  };
  const seen = await run();
  expect(seen.map((event) => ('data' in event ? Buffer.from(event.data).toString() : event.kind))).toEqual([
    'hel',
    'lo!',
    'finished',
  ]);
  expect(asked[1]?.url.searchParams.get('stdout_offset')).toBe('3');
  expect(opened.map(({ closed, terminated }) => [closed, terminated])).toEqual([
    [true, false],
    [true, false],
  ]);
  expect([...slots.places.keys()]).toEqual([follower]);
});

test('who has no channel learns the end from what the agent reported, with the output that is left', async () => {
  const clock = createClock(20);
  const { run, opened, slots, reported } = await begin((each) => {
    answer(each, out(0, 'hel'));
    setTimeout(() => {
      void slots.stand('', follower, clock.now() + 600_000);
      void slots.want('', clock.now() + 600_000);
      reported.set(commandId, report());
    }, 20);
  }, clock);
  const seen = await run({}, 1_000);
  expect(seen.map((event) => ('data' in event ? Buffer.from(event.data).toString() : event.kind))).toEqual([
    'hel',
    'lo!',
    'finished',
  ]);
  expect(opened).toHaveLength(1);
});

test('a slot whose holder neither works nor lets go is taken from it, once its session has been ended', async () => {
  const clock = createClock(20);
  const { run, slots, endedSessions } = await begin(whole, clock);
  for (const slot of [0, 1]) {
    const lease = await slots.take('', slot);
    if (lease) await slots.noteSession(lease, `session-${slot}`);
  }
  expect(await run()).toHaveLength(2);
  expect(endedSessions).toHaveLength(1);
});

test('a slot is not taken from a holder that works', async () => {
  const clock = createClock(100);
  const { run, slots, endedSessions } = await begin(whole, clock);
  for (const slot of [0, 1]) {
    let lease = await slots.take('', slot);
    if (lease) await slots.noteSession(lease, `session-${slot}`);
    const timer = setInterval(async () => {
      lease = lease && (await slots.renew(lease));
    }, 20);
    onTestFinished(() => clearInterval(timer));
  }
  await expect(run()).rejects.toMatchObject({ code: 'capacity_unavailable', details: { channels: 2 } });
  expect(endedSessions).toEqual([]);
  expect(slots.places.size).toBe(0);
});

test('a caller that goes while it waits for a slot leaves its place in the line', async () => {
  const { run, slots, abort, opened } = await begin(whole);
  await slots.take('', 0);
  await slots.take('', 1);
  const waiting = run();
  await expect.poll(() => slots.places.size).toBe(1);
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect.poll(() => slots.places.size).toBe(0);
  expect(opened).toHaveLength(0);
});

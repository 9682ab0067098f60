import { expect, test } from 'vitest';
import { orderHash } from '../../../../containers/agent/commands/order-hash.ts';
import type { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import type { ExecEvent } from '../../../../contract/api/commands/commands.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { execCommand } from '../../../../lambdas/core/commands/exec-command.ts';
import { commandId, finishedWith, printed, reportOf } from '../../../support/agent/command-samples.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { events } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

type Order = { readonly command_id: string };

const outcome = ({ command_id }: Order, fields: Partial<CommandOutcome> = {}) =>
  finishedWith({ command_id, ...fields });

const lost = () => new SandboxError('channel_lost', 'the channel broke', { details: { command_id: 'x' } });

async function begin() {
  const life = fakeService();
  const id = await life.ready();
  const call = (body: object = {}, more: Parameters<typeof callOf>[2] = {}) =>
    callOf('execCommand', service, { params: { sandbox_id: id }, body: { command: 'true', ...body }, ...more });
  const result = async (body: object = {}, more: Parameters<typeof callOf>[2] = {}) => {
    const answer = await execCommand(life.ports, call(body, more));
    if (!('later' in answer)) throw new Error('expected a result');
    return await answer.later();
  };
  const stream = async (body: object = {}) => {
    const answer = await execCommand(life.ports, call(body, { streamed: true }));
    if (!('events' in answer)) throw new Error('expected events');
    const seen: ExecEvent[] = [];
    for await (const event of answer.events) seen.push(event);
    return seen;
  };
  return { ...life, id, call, result, stream };
}

test('a result has the outcome and the first bytes of both streams', async () => {
  const { ports, result } = await begin();
  ports.channel.script = (order) =>
    events([
      printed(0, 'hel'),
      printed(0, 'oops', 'stderr'),
      printed(3, 'lo'),
      outcome(order, { exit_code: 7, stdout_bytes: 5, stderr_bytes: 4 }),
    ]);
  expect(await result()).toMatchObject({
    outcome: 'exited',
    exit_code: 7,
    stdout: 'hello',
    stderr: 'oops',
    stdout_encoding: 'utf8',
    truncated: false,
  });
});

test('what is cut from a result is said, and no character is cut in two', async () => {
  const { ports, result } = await begin();
  ports.channel.script = (order) => events([printed(0, 'aäöü'), outcome(order, { stdout_bytes: 7 })]);
  const cut = await result({ max_output_bytes: 4 });
  expect(cut).toMatchObject({ stdout: 'aä', stdout_encoding: 'utf8', truncated: true, stdout_bytes: 7 });
  expect(ports.channel.orders[0]?.[2].streamBytes).toBe(4);
});

test('bytes that are no text come as base64, all of them', async () => {
  const { ports, result } = await begin();
  const bytes = Buffer.from([0, 0xff, 0xfe, 0xc3]);
  ports.channel.script = (order) => events([printed(0, bytes), outcome(order, { stdout_bytes: 4 })]);
  expect(await result()).toMatchObject({
    stdout: bytes.toString('base64'),
    stdout_encoding: 'base64',
    truncated: false,
  });
});

test('a stream cuts text at characters, says its offsets, and ends with the outcome', async () => {
  const { ports, stream } = await begin();
  const text = Buffer.from('aé€😀');
  ports.channel.script = (order) =>
    events([
      ...[...text].map((byte, offset) => printed(offset, Buffer.of(byte))),
      outcome(order, { stdout_bytes: 10 }),
    ]);
  const seen = await stream();
  expect(seen.map(({ event }) => event)).toEqual(['started', 'stdout', 'stdout', 'stdout', 'stdout', 'finished']);
  expect(seen.slice(1, 5)).toMatchObject([
    { offset: 0, data: 'a', encoding: 'utf8' },
    { offset: 1, data: 'é' },
    { offset: 3, data: '€' },
    { offset: 6, data: '😀' },
  ]);
  expect(ports.channel.orders[0]?.[2].streamBytes).toBeUndefined();
});

test('a stream that ends inside a character gives the rest as base64', async () => {
  const { ports, stream } = await begin();
  ports.channel.script = (order) =>
    events([printed(0, Buffer.from([0x61, 0xe2, 0x82])), outcome(order, { stdout_bytes: 3 })]);
  expect((await stream()).slice(1, 3)).toMatchObject([
    { data: 'a', encoding: 'utf8' },
    { offset: 1, data: Buffer.from([0xe2, 0x82]).toString('base64'), encoding: 'base64' },
  ]);
});

test('H5: a command is refused while the sandbox starts, and after it has ended, with what became of it', async () => {
  const { ports, create, greet, taskIdOf, beat, taskEvent, recordOf } = fakeService();
  const { sandbox_id: id } = await create();
  const exec = () =>
    execCommand(ports, callOf('execCommand', service, { params: { sandbox_id: id }, body: { command: 'x' } }));
  await expect(exec()).rejects.toMatchObject({
    code: 'sandbox_not_ready',
    retry: true,
    details: { status: 'starting' },
  });
  await greet(taskIdOf(id));
  await beat(id, {});
  await beat(id, { state: 'ending', reason: 'idle', detail: 'nothing to do' });
  await expect(exec()).rejects.toMatchObject({
    code: 'sandbox_ended',
    details: { status: 'shutting_down', stop_reason: 'idle', ended_at: null },
  });
  await taskEvent(id);
  const ended = recordOf(id);
  await expect(exec()).rejects.toMatchObject({
    code: 'sandbox_ended',
    details: { status: 'stopped', stop_reason: 'idle', ended_at: 'ended_at' in ended && ended.ended_at },
  });
  expect(ports.channel.orders).toEqual([]);
});

test("a command in somebody else's sandbox is not found", async () => {
  const { ports, id } = await begin();
  const call = callOf('execCommand', person('eve'), { params: { sandbox_id: id }, body: { command: 'x' } });
  await expect(execCommand(ports, call)).rejects.toMatchObject({ code: 'not_found' });
});

test('the same key joins the same command, another request with it is refused', async () => {
  const { ports, result } = await begin();
  ports.channel.script = (order) => events([outcome(order)]);
  const headers = { 'idempotency-key': 'k' };
  const first = await result({}, { headers });
  const again = await result({}, { headers });
  expect(again.command_id).toBe(first.command_id);
  await expect(result({ command: 'false' }, { headers })).rejects.toMatchObject({ code: 'idempotency_conflict' });
  expect((await result()).command_id).not.toBe(first.command_id);
});

test('a key that is used again after its command was forgotten gives its end, and runs nothing a second time', async () => {
  const { ports, result, id } = await begin();
  ports.channel.script = (order) => events([printed(0, 'once'), outcome(order, { stdout_bytes: 4 })]);
  const headers = { 'idempotency-key': 'k' };
  const { command_id } = await result({}, { headers });
  ports.channel.follow = () => Promise.reject(new SandboxError('not_found', 'no such command'));
  await ports.commands.addOutcome(id, reportOf({ command_id, stdout_bytes: 90 }, { head: 'once', tail: 'late' }));
  // What is between head and tail is gone, and the answer ends before it.
  expect(await result({}, { headers })).toMatchObject({
    command_id,
    stdout: 'once',
    stdout_bytes: 90,
    truncated: true,
  });
  expect(ports.channel.orders).toHaveLength(1);
});

test('an id that a caller gives again for another order is refused, also when its agent has forgotten the command', async () => {
  const { ports, result, id } = await begin();
  let hash: string | undefined;
  ports.channel.script = (order) => {
    hash = orderHash(order);
    return events([outcome(order)]);
  };
  const command_id = commandId();
  await result({ command_id });
  ports.channel.follow = () => Promise.reject(new SandboxError('not_found', 'no such command'));
  await ports.commands.addOutcome(id, { ...reportOf({ command_id }), order_hash: hash });
  expect(await result({ command_id })).toMatchObject({ command_id, outcome: 'exited' });
  await expect(result({ command_id, command: 'false' })).rejects.toMatchObject({
    code: 'idempotency_conflict',
    details: { field: 'command_id', value: command_id },
  });
  expect(ports.channel.orders).toHaveLength(1);
});

test('a caller that has waited long enough gets what there is, and the command goes on', async () => {
  const { ports, result, stream } = await begin();
  let aborted = 0;
  ports.channel.script = async function* (_, signal) {
    yield printed(0, 'so far');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted++;
  };
  expect(await result({ wait_seconds: 2 })).toMatchObject({ outcome: 'running', exit_code: null, stdout: 'so far' });
  const seen = await stream({ wait_seconds: 2 });
  expect(seen.at(-1)).toMatchObject({ event: 'finished', result: { outcome: 'running', stdout_bytes: 6 } });
  await expect.poll(() => aborted).toBe(2);
});

test('C1: a sandbox that dies without a word gives the outcome lost, never an exit code', async () => {
  const dying = async () => {
    const { ports, id, taskEvent, ...life } = await begin();
    ports.channel.script = () => {
      void taskEvent(id);
      return events([printed(0, 'half')], lost());
    };
    return life;
  };
  const result = await (await dying()).result();
  expect(result).toMatchObject({ outcome: 'lost', exit_code: null, stdout: 'half', stdout_bytes: 4 });
  const seen = await (await dying()).stream();
  expect(seen.at(-1)).toMatchObject({ event: 'finished', result: { outcome: 'lost', exit_code: null } });
});

test('what the agent reported before it died is the outcome', async () => {
  const { ports, result, id } = await begin();
  ports.channel.script = async function* ({ command_id }) {
    const killed = { outcome: 'killed', signal: 'SIGTERM', exit_code: null } as const;
    await ports.commands.addOutcome(id, reportOf({ command_id, ...killed }));
    yield* events([], lost());
  };
  expect(await result()).toMatchObject({ outcome: 'killed', signal: 'SIGTERM', stdout: '' });
});

test('a lost channel to a sandbox that lives is an error event, and running in a result', async () => {
  const { ports, result, stream } = await begin();
  ports.channel.script = () => events([printed(0, 'half')], lost());
  expect(await result()).toMatchObject({ outcome: 'running', stdout: 'half' });
  const seen = await stream();
  expect(seen.at(-1)).toMatchObject({ event: 'error', error: { code: 'channel_lost', request_id: 'req_test' } });
  expect(seen.at(-2)).toMatchObject({ event: 'stdout', data: 'half' });
});

test('a channel that is lost before the command has started is an error with its id', async () => {
  const { ports, result } = await begin();
  ports.channel.refuse = lost();
  await expect(result()).rejects.toMatchObject({ code: 'channel_lost', details: { command_id: 'x' } });
});

test('a channel that is lost because the sandbox ended says so', async () => {
  const { ports, result, id, taskEvent } = await begin();
  const refuse = lost();
  Object.defineProperty(ports.channel, 'refuse', {
    get: () => {
      void taskEvent(id);
      return refuse;
    },
  });
  await expect(result()).rejects.toMatchObject({ code: 'sandbox_ended' });
});

test('an agent that is about to end refuses, before the record knows', async () => {
  const { ports, result } = await begin();
  ports.channel.refuse = new SandboxError('sandbox_ended', 'ending');
  await expect(result()).rejects.toMatchObject({
    code: 'sandbox_ended',
    details: { status: 'shutting_down', stop_reason: null },
  });
});

test('a failure nobody has named ends a stream as internal, and says nothing more', async () => {
  const { ports, stream } = await begin();
  ports.channel.script = () => events([], new Error('secret'));
  const seen = await stream();
  expect(seen.at(-1)).toMatchObject({ event: 'error', error: { code: 'internal', message: 'internal error' } });
});

test('running a command is activity', async () => {
  const { ports, result, recordOf, id } = await begin();
  ports.channel.script = (order) => events([outcome(order)]);
  expect(recordOf(id).last_active_at).toBeNull();
  await result();
  expect(recordOf(id).last_active_at).not.toBeNull();
});

test('the log gets the first word of a command and its length, and nothing else of it', async () => {
  const { ports, call } = await begin();
  ports.channel.script = (order) => events([outcome(order)]);
  const noted: object[] = [];
  const note = (facts: object) => noted.push(facts);
  await execCommand(ports, { ...call({ command: 'curl -H secret' }), note });
  await execCommand(ports, { ...call({ command: 'TOKEN=secret curl' }), note });
  expect(Object.assign({}, ...noted.slice(0, 2))).toMatchObject({ program: 'curl', commandBytes: 14 });
  expect(JSON.stringify(noted)).not.toContain('secret');
});

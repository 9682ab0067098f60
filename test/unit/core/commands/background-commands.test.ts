import { expect, test } from 'vitest';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { hello } from '../../../../lambdas/core/agent/hello.ts';
import { reportOutcomes } from '../../../../lambdas/core/agent/report-outcomes.ts';
import { execCommand } from '../../../../lambdas/core/commands/exec-command.ts';
import { getCommand } from '../../../../lambdas/core/commands/get-command.ts';
import { listCommands } from '../../../../lambdas/core/commands/list-commands.ts';
import { readOutput } from '../../../../lambdas/core/commands/read-output.ts';
import { resizeCommand } from '../../../../lambdas/core/commands/resize-command.ts';
import { signalCommand } from '../../../../lambdas/core/commands/signal-command.ts';
import { startCommand } from '../../../../lambdas/core/commands/start-command.ts';
import { writeStdin } from '../../../../lambdas/core/commands/write-stdin.ts';
import { commandId, finishedWith, infoOf, reportOf, running } from '../../../support/agent/command-samples.ts';
import { agentOf, callOf, person, service } from '../../../support/calls.ts';
import { events } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const refusal = (code: 'not_found' | 'sandbox_ended' | 'session_busy' | 'channel_lost') => new SandboxError(code, 'no');

async function begin() {
  const life = fakeService();
  const { channel } = life.ports;
  const id = await life.ready();
  const params = { sandbox_id: id, command_id: commandId() };
  channel.script = ({ command_id }) => events([finishedWith({ command_id, ...running })]);
  channel.answer = ({ path }) => infoOf({ command_id: path.split('/')[2] ?? '', ...running });
  const start = (body: object = {}, headers: object = {}) =>
    startCommand(
      life.ports,
      callOf('startCommand', service, { params: { sandbox_id: id }, body: { command: 'x', ...body }, headers }),
    );
  const get = (caller = service as Parameters<typeof callOf<'getCommand'>>[1]) =>
    getCommand(life.ports, callOf('getCommand', caller, { params }));
  return { ...life, channel, id, params, start, get };
}

test('a command is started without a time-out, and answered as it stands', async () => {
  const { start, channel } = await begin();
  const answer = await start();
  expect(answer).toMatchObject({ status: 201, body: { outcome: 'running', exit_code: null } });
  expect(channel.orders[0]).toMatchObject([
    {},
    { command: 'x', timeout_seconds: null },
    { until: 'now', streamBytes: 0 },
  ]);
  await start({ timeout_seconds: 86_400 });
  expect(channel.orders[1]?.[1].timeout_seconds).toBe(86_400);
});

test('the same key joins the command that was started, another request with it is refused', async () => {
  const { start, channel } = await begin();
  const key = { 'idempotency-key': 'k' };
  await start({}, key);
  await start({}, key);
  expect(new Set(channel.orders.map(([, { command_id }]) => command_id)).size).toBe(1);
  await expect(start({ command: 'y' }, key)).rejects.toMatchObject({ code: 'idempotency_conflict' });
});

test('a key that is used again after its command was forgotten runs nothing a second time', async () => {
  const { start, ports, channel, id } = await begin();
  const headers = { 'idempotency-key': 'k' };
  await start({}, headers);
  const commandId = channel.orders[0]?.[1].command_id ?? '';
  await ports.commands.addOutcome(id, reportOf({ command_id: commandId, exit_code: 9 }));
  channel.answer = () => {
    throw refusal('not_found');
  };
  expect(await start({}, headers)).toMatchObject({ status: 201, body: { command_id: commandId, exit_code: 9 } });
  expect(channel.orders).toHaveLength(1);
});

test('a session in which another command runs is busy', async () => {
  const { start, channel } = await begin();
  channel.refuse = refusal('session_busy');
  await expect(start({ session: 's' })).rejects.toMatchObject({ code: 'session_busy', status: 409, retry: true });
});

test('root is refused unless the deployment allows it, and then the agent is told', async () => {
  const { start, ports, id, create, taskIdOf } = await begin();
  const exec = (rootCommands: boolean) =>
    execCommand(
      { ...ports, rootCommands },
      callOf('execCommand', service, { params: { sandbox_id: id }, body: { command: 'x', user: 'root' } }),
    );
  await expect(start({ user: 'root' })).rejects.toMatchObject({ code: 'forbidden', details: { field: 'user' } });
  await expect(exec(false)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(exec(true)).resolves.toMatchObject({ status: 200 });
  const { sandbox_id } = await create();
  const said = await hello(
    { ...ports, rootCommands: true },
    callOf('hello', agentOf(taskIdOf(sandbox_id)), { body: { agent_version: '1', session_limit: 8 } }),
  );
  expect(said).toMatchObject({ body: { root_commands: true } });
});

test('the agent is told to keep the output of a command that is to, and of no other', async () => {
  const { start, channel } = await begin();
  await start({ keep_output: true });
  await start({});
  expect(channel.orders.map(([, order]) => order.keep_output)).toEqual([true, undefined]);
});

test('a command is asked for at its agent, and by its owner only', async () => {
  const { get, channel, params } = await begin();
  expect(await get()).toMatchObject({ status: 200, body: { command_id: params.command_id, command: 'true' } });
  expect(channel.questions).toMatchObject([
    { method: 'GET', path: `/commands/${params.command_id}`, repeatable: true },
  ]);
  await expect(get(person('eve'))).rejects.toMatchObject({ code: 'not_found' });
});

test('E2B#1074: a job is found again after its agent has forgotten it, and after its sandbox has ended', async () => {
  const { get, channel, ports, id, taskEvent } = await begin();
  channel.refuse = refusal('not_found');
  await expect(get()).rejects.toMatchObject({ code: 'not_found', message: `no command ${commandId()}` });
  await ports.commands.addOutcome(id, reportOf({ exit_code: 7 }));
  const kept = { status: 200, body: { outcome: 'exited', exit_code: 7, command: null } };
  expect(await get()).toMatchObject(kept);
  await taskEvent(id);
  expect(await get()).toMatchObject(kept);
  expect(channel.questions).toHaveLength(2);
});

test('C1: a job whose machine ends without a word is found as lost, by its id, in the list and by its output', async () => {
  const { start, ports, id, taskEvent } = await begin();
  const answer = await start({ session: 's' });
  const command_id = 'body' in answer ? answer.body.command_id : '';
  const params = { sandbox_id: id, command_id };
  const list = () => listCommands(ports, callOf('listCommands', service, { params: { sandbox_id: id } }));
  ports.channel.refuse = refusal('not_found');
  await expect(getCommand(ports, callOf('getCommand', service, { params }))).rejects.toMatchObject({
    code: 'not_found',
  });
  await taskEvent(id);
  const lost = { command_id, outcome: 'lost', exit_code: null, signal: null };
  expect(await getCommand(ports, callOf('getCommand', service, { params }))).toMatchObject({ body: lost });
  expect(await list()).toMatchObject({ body: { commands: [lost], next_cursor: null } });
  const output = await readOutput(ports, callOf('readOutput', service, { params, query: { follow: 'true' } }));
  expect(output).toMatchObject({ body: { data: '', ended: true } });
  await ports.commands.addOutcome(id, reportOf({ command_id, exit_code: 0 }));
  expect(await list()).toMatchObject({ body: { commands: [{ outcome: 'exited' }] } });
});

test('C1: a command that only its agent has told of is found as lost when its machine ends without a word', async () => {
  const { get, params, ports, id, channel, taskEvent, taskIdOf } = await begin();
  const body = { outcomes: [reportOf(running)] };
  await reportOutcomes(ports, callOf('reportOutcomes', agentOf(taskIdOf(id)), { params: { sandbox_id: id }, body }));
  const list = () => listCommands(ports, callOf('listCommands', service, { params: { sandbox_id: id } }));
  channel.answer = () => ({ commands: [], next_cursor: null });
  // The agent lives, and it alone knows what runs.
  expect(await list()).toMatchObject({ body: { commands: [] } });
  await taskEvent(id);
  const lost = { command_id: params.command_id, outcome: 'lost', exit_code: null, signal: null };
  expect(await get()).toMatchObject({ status: 200, body: lost });
  expect(await list()).toMatchObject({ body: { commands: [lost], next_cursor: null } });
});

test('a command that runs is started, whether or not that could be written down', async () => {
  const { start, ports } = await begin();
  ports.commands.addStarted = () => Promise.reject(new Error('the table is away'));
  expect(await start()).toMatchObject({ status: 201 });
});

test('while a sandbox ends, a command that was not reported yet is not said to be unknown', async () => {
  const { get, id, beat, ports } = await begin();
  await beat(id, { state: 'ending', reason: 'idle', detail: '' });
  await expect(get()).rejects.toMatchObject({ code: 'sandbox_ended', details: { status: 'shutting_down' } });
  await ports.commands.addOutcome(id, reportOf());
  expect(await get()).toMatchObject({ body: { outcome: 'exited' } });
});

test('an agent that is gone before the record knows is answered for by its reports', async () => {
  const { get, id, channel, ports } = await begin();
  await ports.commands.addOutcome(id, reportOf());
  channel.refuse = refusal('sandbox_ended');
  expect(await get()).toMatchObject({ body: { outcome: 'exited' } });
  channel.refuse = refusal('channel_lost');
  await expect(get()).rejects.toMatchObject({ code: 'channel_lost' });
});

test('what is harmless to repeat is said to be: input with an offset, a size, but no signal', async () => {
  const { ports, params, channel } = await begin();
  channel.answer = ({ path }) =>
    path.endsWith('/stdin') ? { offset: 3, eof: false } : path.endsWith('/resize') ? { rows: 24, cols: 80 } : infoOf();
  const data = Buffer.from('abc').toString('base64');
  const write = (body: object) => writeStdin(ports, callOf('writeStdin', service, { params, body }));
  expect(await write({ data, offset: 0 })).toEqual({ status: 200, body: { offset: 3, eof: false } });
  await write({ data });
  await signalCommand(ports, callOf('signalCommand', service, { params, body: { signal: 'SIGINT' } }));
  await resizeCommand(ports, callOf('resizeCommand', service, { params, body: { rows: 24, cols: 80 } }));
  expect(channel.questions.map(({ path, repeatable }) => [path.split('/')[3], repeatable])).toEqual([
    ['stdin', true],
    ['stdin', false],
    ['signal', false],
    ['resize', true],
  ]);
});

test('a command of an ended sandbox takes no input and no signal', async () => {
  const { ports, params, id, taskEvent } = await begin();
  await taskEvent(id);
  const end = { code: 'sandbox_ended', details: { status: 'failed' } };
  await expect(writeStdin(ports, callOf('writeStdin', service, { params, body: { eof: true } }))).rejects.toMatchObject(
    end,
  );
  await expect(signalCommand(ports, callOf('signalCommand', service, { params }))).rejects.toMatchObject(end);
});

test('an answer that is not what was asked for is no answer', async () => {
  const { get, channel } = await begin();
  channel.answer = () => ({ ...infoOf(), outcome: 'fine' });
  await expect(get()).rejects.toThrow();
});

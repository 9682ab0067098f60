import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandInfo, CommandOutput } from '../../../contract/api/commands/command-info.ts';
import { type Caller, call, createReady, exec, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let owner: Caller;
let id: string;

beforeAll(async () => {
  stack = await startStack({ rootCommands: true });
  owner = { fetch: await stack.asPerson('ann'), door: '/v1' };
  id = (await createReady(owner)).sandbox_id;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const soon = { timeout: 20_000 };
const path = (rest = '') => `/sandboxes/${id}/commands${rest}`;
const start = async (body: object): Promise<CommandInfo> => {
  const { status, body: info } = await call<CommandInfo>(owner, 'POST', path(), body);
  expect({ status, info }).toMatchObject({ status: 201 });
  return info;
};
const get = async (commandId: string) => (await call<CommandInfo>(owner, 'GET', path(`/${commandId}`))).body;
const read = async (commandId: string, query = '') =>
  (await call<CommandOutput>(owner, 'GET', path(`/${commandId}/output?${query}`))).body;

test('commands are root’s where the deployment allows it, and have no credentials to find', async () => {
  const result = await exec(owner, id, { command: 'id -u; env | grep -c AWS_', user: 'root' });
  expect(result).toMatchObject({ stdout: '0\n0\n' });
  expect(await exec(owner, id, { command: 'id -u' })).toMatchObject({ stdout: '1000\n' });
  expect(await start({ command: 'sleep 1', user: 'root' })).toMatchObject({ user: 'root' });
});

test('a command that still runs says where its session has it run', async () => {
  await exec(owner, id, { command: 'mkdir -p deep; cd deep', session: 'told' });
  const still = await exec(owner, id, {
    command: 'until [ -e go ]; do sleep 0.05; done',
    session: 'told',
    wait_seconds: 1,
  });
  expect(still).toMatchObject({ outcome: 'running', cwd: '/home/agent/deep' });
  await exec(owner, id, { command: 'touch deep/go' });
});

test('an id that a caller gives again for another order is refused, while its command runs and after it', async () => {
  const command_id = `cmd_${randomBytes(13).toString('hex')}`;
  const again = (command: string) => call(owner, 'POST', `/sandboxes/${id}/exec`, { command_id, command });
  const wait = 'until [ -e end ]; do sleep 0.05; done; rm end';
  const first = again(wait);
  await expect.poll(async () => (await get(command_id)).outcome, soon).toBe('running');
  await expectError(again('true'), 'idempotency_conflict', 409);
  await exec(owner, id, { command: 'touch end' });
  const { body } = await first;
  expect(body).toMatchObject({ outcome: 'exited' });
  expect((await again(wait)).body).toEqual(body);
  await expectError(again('true'), 'idempotency_conflict', 409);
});

test('CF#873: a caller that hangs up on a stream takes nothing of the command with it', async () => {
  const { command_id } = await start({ command: 'echo one; until [ -e go ]; do sleep 0.05; done; echo two; exit 6' });
  for (const target of [
    path(`/${command_id}/output?follow=true`),
    path(`/${command_id}/output?follow=true&offset=1`),
  ]) {
    const stop = new AbortController();
    const headers = { accept: 'application/x-ndjson' };
    const response = await owner.fetch(`/v1${target}`, { headers, signal: stop.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain('"started"');
    stop.abort();
  }
  await exec(owner, id, { command: 'touch go' });
  await expect.poll(() => get(command_id), soon).toMatchObject({ outcome: 'exited', exit_code: 6 });
  expect(await read(command_id)).toMatchObject({ data: 'one\ntwo\n', next_offset: 8, ended: true });
});

test('a page that follows waits for the first byte, and comes with it', async () => {
  const { command_id } = await start({ command: 'until [ -e print ]; do sleep 0.05; done; printf late; sleep 60' });
  const [page] = await Promise.all([
    read(command_id, 'follow=true'),
    exec(owner, id, { command: 'sleep 0.5; touch print' }),
  ]);
  expect(page).toMatchObject({ data: 'late', offset: 0, next_offset: 4, ended: false });
  await call(owner, 'POST', path(`/${command_id}/signal`), { signal: 'SIGKILL' });
  expect(await read(command_id, 'follow=true&offset=4')).toMatchObject({ data: '', ended: true });
});

test('input that leaves a gap is refused, and says how far it has come', async () => {
  const { command_id } = await start({ argv: ['cat'], stdin: 'pipe' });
  const write = (body: object) => call(owner, 'POST', path(`/${command_id}/stdin`), body);
  const data = Buffer.from('abc').toString('base64');
  expect((await write({ data, offset: 0 })).body).toEqual({ offset: 3, eof: false });
  expect((await write({ data, offset: 0 })).body).toEqual({ offset: 3, eof: false });
  await expectError(write({ data, offset: 4 }), 'conflict', 409);
  expect((await write({ eof: true })).body).toEqual({ offset: 3, eof: true });
  await expect.poll(() => get(command_id), soon).toMatchObject({ outcome: 'exited', stdout_bytes: 3 });
});

test('smithers#738: a field or a value that is not known is refused by its name', async () => {
  const refused = async (method: string, rest: string, body: object | undefined, field: string) =>
    expect(await expectError(call(owner, method, path(rest), body), 'invalid_request', 400)).toMatchObject({ field });
  const { command_id } = await start({ command: 'true' });
  await refused('POST', '', { command: 'true', timeout: 5 }, 'timeout');
  await refused('POST', '', { command: 'true', wait_seconds: 5 }, 'wait_seconds');
  await refused('GET', '?state=done', undefined, 'query.state');
  await refused('GET', '?cursor=x', undefined, 'query.cursor');
  await refused('GET', `/${command_id}/output?offset=-1`, undefined, 'query.offset');
  await refused('POST', `/${command_id}/signal`, { signal: 'SIGNOPE' }, 'signal');
  await refused('POST', `/${command_id}/stdin`, { data: '%' }, 'data');
});

test('somebody else’s commands are not there, by whichever route', async () => {
  const { command_id } = await start({ command: 'sleep 5', stdin: 'pipe' });
  const eve: Caller = { fetch: await stack.asPerson('eve'), door: '/v1' };
  const calls = [
    ['GET', ''],
    ['POST', '', { command: 'id' }],
    ['GET', `/${command_id}`],
    ['GET', `/${command_id}/output`],
    ['POST', `/${command_id}/stdin`, { eof: true }],
    ['POST', `/${command_id}/signal`, {}],
    ['POST', `/${command_id}/resize`, { rows: 1, cols: 1 }],
  ] as const;
  for (const [method, rest, body] of calls) await expectError(call(eve, method, path(rest), body), 'not_found', 404);
  expect(await get(command_id)).toMatchObject({ outcome: 'running' });
});

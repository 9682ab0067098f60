import { expect, test } from 'vitest';
import { commandCursor, newestFirst, readCommandCursor } from '../../../../contract/api/commands/command-cursor.ts';
import type { CommandInfo } from '../../../../contract/api/commands/command-info.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { listCommands } from '../../../../lambdas/core/commands/list-commands.ts';
import { commandId, infoOf, reportOf, running } from '../../../support/agent/command-samples.ts';
import { callOf, service } from '../../../support/calls.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const at = (minute: number) => ({ started_at: new Date(Date.UTC(2027, 0, 15, 8, minute)).toISOString() });

/** A sandbox whose agent remembers these commands, as it would answer. */
async function begin(remembered: readonly CommandInfo[]) {
  const life = fakeService();
  const id = await life.ready();
  life.ports.channel.answer = ({ path }) => {
    const query = new URL(path, 'http://agent').searchParams;
    const after = readCommandCursor(query.get('cursor') ?? '');
    const state = query.get('state');
    const all = [...remembered]
      .sort(newestFirst)
      .filter((info) => after === undefined || newestFirst(after, info) < 0)
      .filter(({ outcome }) => state === 'all' || (state === 'running') === (outcome === 'running'));
    const commands = all.slice(0, Number(query.get('limit')));
    const last = commands.at(-1);
    return { commands, next_cursor: last && all.length > commands.length ? commandCursor(last) : null };
  };
  const list = async (query: object = {}) => {
    const answer = await listCommands(
      life.ports,
      callOf('listCommands', service, { params: { sandbox_id: id }, query }),
    );
    if (!('body' in answer)) throw new Error('expected a body');
    return answer.body;
  };
  const pages = async (query: object) => {
    const seen: string[][] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(page.commands.map(({ command_id }) => command_id));
      cursor = page.next_cursor;
    }
    return seen;
  };
  return { ...life, id, list, pages };
}

test('what the agent remembers and what it has forgotten are one list, newest first, page by page', async () => {
  // By turns: those with odd numbers are forgotten, and the newest of all still runs.
  const odd = (n: number) => n % 2 === 1;
  const numbers = Array.from({ length: 11 }, (_, n) => n);
  const remembered = numbers
    .filter((n) => !odd(n))
    .map((n) => infoOf({ command_id: commandId(n), ...at(n), ...(n === 10 ? running : {}) }));
  const { pages, ports, id } = await begin(remembered);
  for (const n of numbers.filter((n) => n < 10))
    await ports.commands.addOutcome(id, reportOf({ command_id: commandId(n), ...at(n) }));
  const newest = numbers.map(commandId).reverse();
  for (const limit of [1, 3, 100]) expect((await pages({ limit })).flat()).toEqual(newest);
  expect((await pages({ limit: 3 })).map(({ length }) => length)).toEqual([3, 3, 3, 2]);
  expect((await pages({ state: 'running' })).flat()).toEqual([commandId(10)]);
  expect((await pages({ state: 'ended', limit: 4 })).flat()).toEqual(newest.slice(1));
});

test('what only the start is known of is the agent’s to tell while it lives', async () => {
  const { pages, ports, id } = await begin([infoOf({ command_id: commandId(1), ...at(1), ...running })]);
  for (const n of [0, 1, 2]) {
    const { stdout, stderr, ...started } = reportOf({ command_id: commandId(n), ...at(n), ...running });
    await ports.commands.addStarted(id, started);
  }
  for (const limit of [1, 2, 9]) expect((await pages({ limit })).flat()).toEqual([commandId(1)]);
  expect((await pages({ state: 'ended', limit: 1 })).flat()).toEqual([]);
});

test('of a command that both know, the agent has the say', async () => {
  const { list, ports, id } = await begin([infoOf({ command: 'make', ...at(0) })]);
  await ports.commands.addOutcome(id, reportOf(at(0)));
  expect((await list()).commands).toMatchObject([{ command: 'make' }]);
});

test('after the sandbox has ended the list is what was reported', async () => {
  const { list, ports, id, taskEvent } = await begin([infoOf()]);
  await ports.commands.addOutcome(id, { ...reportOf({ exit_code: 3 }), session: 's', tty: true });
  await taskEvent(id);
  const ended = { exit_code: 3, command: null, session: 's', tty: true };
  expect(await list()).toMatchObject({ commands: [ended], next_cursor: null });
  expect(await list({ state: 'running' })).toEqual({ commands: [], next_cursor: null });
});

test('an agent that is about to end leaves what was reported; one that can not be reached is an error', async () => {
  const { list, ports, id } = await begin([]);
  await ports.commands.addOutcome(id, reportOf());
  ports.channel.refuse = new SandboxError('sandbox_ended', 'ending');
  expect((await list()).commands).toHaveLength(1);
  ports.channel.refuse = new SandboxError('capacity_unavailable', 'all channels are in use');
  await expect(list()).rejects.toMatchObject({ code: 'capacity_unavailable' });
});

test('an agent that gives the same page again and again does not keep its reader there', async () => {
  const { list, ports } = await begin([]);
  const info = infoOf(at(5));
  ports.channel.answer = () => ({ commands: [info], next_cursor: 'more' });
  const { next_cursor } = await list();
  expect(await list({ cursor: next_cursor })).toEqual({ commands: [], next_cursor: null });
});

test('a cursor of somebody’s own making is refused', async () => {
  const { list } = await begin([]);
  await expect(list({ cursor: 'x' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'query.cursor' },
  });
});

import { expect, test } from 'vitest';
import type { CommandInfo } from '../../../../contract/api/commands/command-info.ts';
import { ask, begin, infoOf } from '../../../support/agent/agent-calls.ts';
import { type AgentMachine, startAgent } from '../../../support/agent/agent-machine.ts';

interface Page {
  readonly commands: readonly CommandInfo[];
  readonly next_cursor: string | null;
}

const list = (machine: AgentMachine, query = '') => ask<Page>(machine, `/commands${query}`);

test('commands are listed newest first, by state and page by page', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    ids.unshift((await machine.run({ argv: ['echo', `${i}`] })).outcome.command_id);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const running = await begin(machine, { command: 'sleep 600', session: 's' });
  const { commands } = await list(machine);
  expect(commands.map(({ command_id }) => command_id)).toEqual([running, ...ids]);
  expect(commands[0]).toMatchObject({
    command: 'sleep 600',
    outcome: 'running',
    session: 's',
    user: 'agent',
    tty: false,
  });
  expect(commands[1]).toMatchObject({
    command: 'echo 4',
    outcome: 'exited',
    stdout_bytes: 2,
    stdout_first_available: 0,
  });
  expect((await list(machine, '?state=running')).commands.map(({ command_id }) => command_id)).toEqual([running]);

  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await list(machine, `?state=ended&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.commands.map(({ command_id }) => command_id));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(ids);
  await expect(list(machine, '?cursor=nonsense')).rejects.toMatchObject({ details: { field: 'cursor' } });
});

test('of a long command lists show the beginning', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ command: `: ${'x'.repeat(60_000)}` });
  expect((await infoOf(machine, outcome.command_id)).command).toBe(`: ${'x'.repeat(1_022)}`);
});

import { expect, test } from 'vitest';
import { processes } from '../../../../containers/agent/commands/launch/processes.ts';
import { ask, begin, follow, printed } from '../../../support/agent/agent-calls.ts';
import { type AgentMachine, commandId, startAgent, until } from '../../../support/agent/agent-machine.ts';

const printMark = 'awk \'/^Groups:/ {print "mark " $2}\' /proc/self/status';

/** How many processes carry the mark that a command has printed as its group. */
async function marked(machine: AgentMachine, id: string): Promise<number> {
  const { stdout } = await follow(machine, id, '?until=now');
  const mark = Number(/^mark (\d+)$/m.exec(stdout.toString())?.[1]);
  return [...processes()].filter(({ groups }) => groups.includes(mark)).length;
}

const send = (machine: AgentMachine, id: string, body: object) => ask(machine, `/commands/${id}/signal`, body);

test('a signal reaches children in sessions of their own', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const child = `setsid sh -c 'trap "echo child; exit" USR1; echo ready; while :; do sleep 0.02; done'`;
  const id = await begin(machine, { command: `${child} & trap 'wait; echo parent; exit 3' USR1; ${child}; sleep 600` });
  await until(async () => (await follow(machine, id, '?until=now')).stdout.toString().split('ready').length === 3);
  await send(machine, id, { signal: 'SIGUSR1' });
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString().split('child')).toHaveLength(3);
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 3 });
});

test('a command that a signal was sent to and that ends by it was killed', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: `${printMark}; setsid sleep 600 & exec sleep 600` });
  await printed(machine, id, 'mark');
  await send(machine, id, {});
  expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'killed', exit_code: null, signal: 'SIGTERM' });
  expect(await marked(machine, id)).toBe(0);
});

test('what ignores a signal is killed when its time is over, with all it started', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = `${printMark}; trap '' TERM; setsid sh -c 'trap "" TERM; sleep 600; sleep 600' & while :; do sleep 0.1; done`;
  const id = await begin(machine, { command });
  await printed(machine, id, 'mark');
  await send(machine, id, { signal: 'SIGTERM', escalate_after_ms: 60_000 });
  await send(machine, id, { signal: 'SIGTERM', escalate_after_ms: 200 });
  expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'killed', signal: 'SIGKILL' });
  await until(async () => (await marked(machine, id)) === 0);
});

test('a stopped command stands still, and goes on', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: `${printMark}; while [ ! -e go ]; do sleep 0.02; done; echo over` });
  await printed(machine, id, 'mark');
  expect(await send(machine, id, { signal: 'SIGSTOP' })).toMatchObject({ outcome: 'running' });
  await machine.run({ argv: ['touch', 'go'] });
  await send(machine, id, { signal: 'SIGCONT' });
  expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
});

test('what an ended command left running is still reached', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: `${printMark}; setsid sleep 600 & echo left` });
  await follow(machine, id);
  expect(await marked(machine, id)).toBe(1);
  expect(await send(machine, id, { signal: 'SIGKILL' })).toMatchObject({ outcome: 'exited', exit_code: 0 });
  await until(async () => (await marked(machine, id)) === 0);
});

test('a signal that comes right after the start is not lost', async () => {
  await using machine = await startAgent();
  await machine.ready();
  for (let i = 0; i < 10; i++) {
    const id = await begin(machine, { argv: ['sleep', '600'] });
    await send(machine, id, { signal: 'SIGKILL' });
    expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'killed', signal: 'SIGKILL' });
  }
});

test('a signal nobody knows and a command nobody knows are refused by name', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ argv: ['true'] });
  await expect(send(machine, outcome.command_id, { signal: 'SIGWINCH' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'signal' },
  });
  await expect(send(machine, commandId(), {})).rejects.toMatchObject({ code: 'command_not_found' });
  await expect(ask(machine, `/commands/${outcome.command_id}/resize`, { rows: 0, cols: 80 })).rejects.toMatchObject({
    details: { field: 'rows' },
  });
  await expect(ask(machine, `/commands/${outcome.command_id}/resize`, { rows: 24, cols: 80 })).rejects.toMatchObject({
    code: 'conflict',
  });
});

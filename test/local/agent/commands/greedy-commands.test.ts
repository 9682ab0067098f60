import { expect, test } from 'vitest';
import { ask, begin, follow, over, printed, type } from '../../../support/agent/agent-calls.ts';
import { until } from '../../../support/agent/agent-machine.ts';
import { limitsHere, namespacesHere } from '../../../support/machines/machine-namespaces.ts';
import { openChannel, type RealMachine, startMachine } from '../../../support/machines/real-machine.ts';

async function readyChannel(inside: RealMachine) {
  await until(() => inside.plane.heartbeats.some(({ state }) => state === 'ready'));
  const { http } = await openChannel(inside);
  return { agent: over(http), [Symbol.dispose]: () => http.destroy() };
}

// Three times what the machine has.
const hog = `perl -e 'my $x = "x" x 1500000000'`;

test.skipIf(!limitsHere)(
  'E2B#412: a command that takes all memory is killed and said to be, and the agent goes on',
  async () => {
    await using inside = await startMachine();
    using channel = await readyChannel(inside);
    const alone = await channel.agent.run({ command: `exec ${hog}` });
    expect(alone.outcome).toMatchObject({ outcome: 'out_of_memory', exit_code: null, signal: 'SIGKILL' });
    const child = await channel.agent.run({ command: `${hog}; exit $?` });
    expect(child.outcome).toMatchObject({ outcome: 'out_of_memory', signal: 'SIGKILL' });
    expect((await channel.agent.run({ argv: ['echo', 'alive'] })).stdout.toString()).toBe('alive\n');
  },
);

test.skipIf(!limitsHere)('a command is not out of memory because one of another machine was', async () => {
  await using one = await startMachine();
  await using other = await startMachine();
  using channel = await readyChannel(one);
  using others = await readyChannel(other);
  const id = await begin(channel.agent, { command: 'echo go; until [ -e go ]; do sleep 0.02; done; kill -9 $$' });
  await printed(channel.agent, id, 'go');
  expect((await others.agent.run({ command: hog })).outcome.outcome).toBe('out_of_memory');
  await channel.agent.run({ argv: ['touch', 'go'] });
  expect((await follow(channel.agent, id)).outcome).toMatchObject({ outcome: 'signaled', signal: 'SIGKILL' });
});

test.skipIf(!limitsHere)(
  'E2B#412: while a fork bomb has every process, the agent still answers, and ends it when told to',
  async () => {
    await using inside = await startMachine();
    using channel = await readyChannel(inside);
    const id = await begin(channel.agent, { command: 'echo go; bomb() { bomb | bomb & }; bomb; sleep 600' });
    await printed(channel.agent, id, 'go');
    await until(async () => (await follow(channel.agent, id, '?until=now')).stderr.includes('fork'));
    await ask(channel.agent, `/commands/${id}/signal`, { signal: 'SIGKILL' });
    await follow(channel.agent, id, '?stream_bytes=0');
    await until(async () =>
      channel.agent.run({ argv: ['echo', 'alive'] }).then(
        ({ stdout }) => stdout.toString() === 'alive\n',
        () => false,
      ),
    );
  },
);

test.skipIf(!namespacesHere)(
  'in a real machine a terminal belongs to the command’s user, resizes and ends',
  async () => {
    await using inside = await startMachine();
    using channel = await readyChannel(inside);
    const command = 'tty; stat -c %u "$(tty)"; echo own >"$(tty)"; read -r line; stty size; exit 6';
    const id = await begin(channel.agent, { command, tty: { rows: 24, cols: 80 } });
    await printed(channel.agent, id, 'own\r\n');
    await ask(channel.agent, `/commands/${id}/resize`, { rows: 33, cols: 99 });
    await type(channel.agent, id, 'go\n');
    const { stdout, outcome } = await follow(channel.agent, id);
    expect(stdout.toString()).toMatch(/^\/dev\/pts\/\d\r\n1000\r\nown\r\ngo\r\n33 99\r\n$/);
    expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 6 });
  },
);

import { expect, test } from 'vitest';
import { processes } from '../../../../containers/agent/commands/launch/processes.ts';
import { ask } from '../../../support/agent/agent-calls.ts';
import { commandId, startAgent } from '../../../support/agent/agent-machine.ts';

test('H8: root is refused where the deployment doesn’t allow it', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const order = { command_id: commandId(), timeout_seconds: 5, argv: ['id'], user: 'root' };
  await expect(ask(machine, '/commands', order)).rejects.toMatchObject({
    status: 403,
    code: 'root_refused',
    details: { field: 'user', value: 'root' },
  });
});

test('where it is allowed root has no pointer to credentials, and can’t give up its mark', async () => {
  await using machine = await startAgent({ assignment: { root_commands: true } });
  await machine.ready();
  const command = 'id -u; pwd; env | grep -cE "^(AWS|ECS|MATRX)_"; setpriv --clear-groups true 2>&1 || echo kept';
  const { stdout } = await machine.run({ command, user: 'root' });
  expect(stdout.toString()).toMatch(/^0\n\/root\n0\n[^\n]*\nkept\n$/);
  expect((await machine.run({ argv: ['id', '-u'] })).stdout.toString()).toBe('1000\n');
});

test('a time-out ends what root started as it ends everything', async () => {
  await using machine = await startAgent({ assignment: { root_commands: true } });
  await machine.ready();
  const command = `awk '/^Groups:/ {print $2}' /proc/self/status; setsid sh -c 'trap "" TERM; sleep 600; sleep 600' & sleep 600`;
  const { stdout, outcome } = await machine.run({ command, user: 'root', timeout_seconds: 1 });
  expect(outcome).toMatchObject({ outcome: 'timed_out' });
  const mark = Number(stdout);
  expect([...processes()].filter(({ groups }) => groups.includes(mark))).toEqual([]);
});

import { ExecuteCommandCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { startCompute } from '../../support/machines/compute.ts';

const script = 'exec sleep 600';

test('fails without exec in the task, for a task that does not run, and for what nobody knows', async () => {
  const { register, run, reaches, stopTask, ecs, cluster } = await startCompute();
  await register(script);
  const command = (task: string, over: object = {}) =>
    ecs.send(new ExecuteCommandCommand({ cluster, task, command: 'sh', interactive: true, ...over }));
  const plain = await run({ enableExecuteCommand: false });
  await reaches(plain, 'RUNNING');
  await expect(command(plain)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('execute command was not enabled'),
  });
  const stopped = await run();
  await stopTask(stopped);
  await reaches(stopped, 'STOPPED');
  for (const [task, over, name] of [
    [stopped, {}, 'InvalidParameterException'],
    ['f'.repeat(32), {}, 'InvalidParameterException'],
    [plain, { interactive: false }, 'InvalidParameterException'],
    [plain, { container: 'other' }, 'InvalidParameterException'],
    [plain, { cluster: 'other' }, 'ClusterNotFoundException'],
  ] as const) {
    await expect(command(task, over)).rejects.toMatchObject({ name });
  }
});

test('a task that runs isn’t connected before its exec agent is', async () => {
  const { register, run, reaches, execute, ecs, cluster } = await startCompute({ pace: 'real' });
  await register(script);
  const task = await run();
  const { containers } = await reaches(task, 'RUNNING');
  expect(containers?.[0]?.managedAgents).toMatchObject([{ name: 'ExecuteCommandAgent', lastStatus: 'PENDING' }]);
  await expect(
    ecs.send(new ExecuteCommandCommand({ cluster, task, command: 'sh', interactive: true })),
  ).rejects.toMatchObject({ name: 'TargetNotConnectedException' });
  expect(await execute(task, 'sh')).toMatchObject({ sessionId: expect.stringMatching(/^ecs-execute-command-/) });
});

import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
} from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { network, startCompute, taskRoleArn } from '../../support/machines/compute.ts';

const script = 'exec sleep 600';

test('the same client token and parameters give the same task, other parameters a conflict', async () => {
  const { register, run } = await startCompute();
  await register(script);
  const first = await run({ clientToken: 'sbx_1-1', startedBy: 'a' });
  expect(await run({ clientToken: 'sbx_1-1', startedBy: 'a' })).toBe(first);
  expect(await run({ clientToken: 'sbx_1-2', startedBy: 'a' })).not.toBe(first);
  await expect(run({ clientToken: 'sbx_1-1', startedBy: 'b' })).rejects.toMatchObject({
    name: 'ConflictException',
    resourceIds: [first],
  });
});

const refused: [string, Partial<RunTaskCommandInput>, string][] = [
  ['another cluster', { cluster: 'other' }, 'ClusterNotFoundException'],
  ['an unknown task definition', { taskDefinition: 'none' }, 'ClientException'],
  ['no network', { networkConfiguration: {} }, 'InvalidParameterException'],
  ['more tasks than ten', { count: 11 }, 'InvalidParameterException'],
  ['a client token that is too long', { clientToken: 'x'.repeat(65) }, 'InvalidParameterException'],
  ['a startedBy with a space', { startedBy: 'a b' }, 'InvalidParameterException'],
  ['a size Fargate does not have', { overrides: { cpu: '256', memory: '4096' } }, 'ClientException'],
  [
    'an override of no container',
    { overrides: { containerOverrides: [{ name: 'other' }] } },
    'InvalidParameterException',
  ],
  [
    'overrides over 8,192 characters',
    { overrides: { containerOverrides: [{ name: 'sandbox', environment: [{ name: 'A', value: 'x'.repeat(8192) }] }] } },
    'InvalidParameterException',
  ],
];

test.each(refused)('RunTask refuses %s', async (_, input, name) => {
  const { register, run } = await startCompute();
  await register(script);
  await expect(run(input)).rejects.toMatchObject({ name });
});

test('want of capacity comes with HTTP 200 and starts nothing', async () => {
  const { register, ecs, cluster } = await startCompute({ hazards: { tasks: { noCapacity: [{ times: 1 }] } } });
  await register(script);
  const input = { cluster, taskDefinition: 'base', networkConfiguration: network };
  const failures = [{ reason: expect.stringContaining('Capacity is unavailable at this time') }];
  expect(await ecs.send(new RunTaskCommand(input))).toMatchObject({ tasks: [], failures });
  expect((await ecs.send(new ListTasksCommand({ cluster }))).taskArns).toEqual([]);
  expect((await ecs.send(new RunTaskCommand(input))).tasks).toHaveLength(1);
});

test('tasks are listed by who started them, by family and by state, in pages', async () => {
  const { register, run, stopTask, reaches, ecs, cluster } = await startCompute();
  await register(script);
  await register(script, 'other');
  const mine = [await run({ startedBy: 'me' }), await run({ startedBy: 'me' }), await run({ startedBy: 'me' })];
  const other = await run({ taskDefinition: 'other' });
  const gone = String(mine.pop());
  await stopTask(gone);
  await reaches(gone, 'STOPPED');
  const list = (input: object) => ecs.send(new ListTasksCommand({ cluster, ...input }));
  expect((await list({ startedBy: 'me', desiredStatus: 'STOPPED' })).taskArns).toEqual([gone]);
  expect((await list({ family: 'other' })).taskArns).toEqual([other]);
  const first = await list({ startedBy: 'me', maxResults: 1 });
  const second = await list({ startedBy: 'me', maxResults: 1, nextToken: first.nextToken });
  expect(second.nextToken).toBeUndefined();
  expect([...(first.taskArns ?? []), ...(second.taskArns ?? [])].sort()).toEqual(mine.sort());
  await expect(list({ nextToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a task that is not there is a failure of the answer, beside those that are', async () => {
  const { register, run, ecs, cluster } = await startCompute();
  await register(script);
  const task = await run({ tags: [{ key: 'a', value: 'b' }] });
  const answer = await ecs.send(
    new DescribeTasksCommand({ cluster, tasks: ['0'.repeat(32), task], include: ['TAGS'] }),
  );
  expect(answer.tasks).toMatchObject([{ taskArn: task, tags: [{ key: 'a', value: 'b' }] }]);
  expect(answer.failures).toMatchObject([{ reason: 'MISSING' }]);
});

test('each registration is a new revision, and the family names the newest', async () => {
  const { register, ecs } = await startCompute();
  await register('exit 0');
  const second = await register(script);
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'base' }));
  expect(taskDefinition).toMatchObject({ taskDefinitionArn: second, revision: 2, taskRoleArn });
});

import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { ClientChannels } from '../../../lambdas/core/access/ports.ts';
import { heartbeat } from '../../../lambdas/core/agent/heartbeat.ts';
import { hello } from '../../../lambdas/core/agent/hello.ts';
import type { Pool } from '../../../lambdas/core/pool/ports.ts';
import { CommandPermits } from '../../../lambdas/core/quotas/command-permits.ts';
import { deploymentQuota } from '../../../lambdas/core/quotas/quota-of-user.ts';
import { createSandbox } from '../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { settleTask, type TaskReport } from '../../../lambdas/core/sandboxes/life/settle-task.ts';
import { type SandboxRecord, taskOf } from '../../../lambdas/core/sandboxes/record.ts';
import { agentOf, callOf, service } from '../calls.ts';
import { FakeHomes } from '../fakes/fake-homes.ts';
import { FakeKeptOutputs } from '../fakes/fake-kept-outputs.ts';
import { FakeObjects } from '../fakes/fake-objects.ts';
import { FakePool } from '../fakes/fake-pool.ts';
import { FakeTransferStorage, FakeUploads } from '../fakes/fake-transfers.ts';
import { FakeOperators, FakePoints, FakeQuotas, FakeReports, FakeUsage, FakeWindows } from '../fakes/fake-use.ts';
import {
  deployment,
  FakeAccess,
  FakeChannel,
  FakeClientChannels,
  FakeCommands,
  FakeHealth,
  FakeLentSlots,
  FakeLogs,
  FakeRecords,
  FakeTasks,
  JumpingClock,
  keptLog,
} from '../fakes/fakes.ts';

/** The domain on its fakes, and a sandbox's life in short words. */
export function fakeService() {
  const clock = new JumpingClock();
  const commands = new FakeCommands();
  const quotas = new FakeQuotas();
  const windows = new FakeWindows();
  const records = new FakeRecords(clock);
  const ports = {
    clock,
    records,
    pool: new FakePool(records),
    pools: [] as readonly Pool[],
    commands,
    reports: new FakeReports(commands),
    permits: new CommandPermits({ windows, quotas, clock, general: deploymentQuota(deployment) }),
    tasks: new FakeTasks(),
    health: new FakeHealth(),
    logs: new FakeLogs(),
    channel: new FakeChannel(),
    keptOutputs: new FakeKeptOutputs(),
    uploads: new FakeUploads(),
    storage: new FakeTransferStorage(),
    rootCommands: false,
    homes: new FakeHomes(),
    objects: new FakeObjects(),
    homeSettings: { save_seconds: 300, keep: { newest: 20, days: 30 } },
    access: new FakeAccess(),
    clientChannels: new FakeClientChannels() as ClientChannels | undefined,
    lentSlots: new FakeLentSlots(),
    log: keptLog(),
    quotas,
    windows,
    operators: new FakeOperators(),
    usage: new FakeUsage(),
    points: new FakePoints(),
    deployment,
  };
  const create = async (body: object = {}, key?: string): Promise<Sandbox> => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const call = callOf('createSandbox', service, { body: { user_id: 'ada', ...body }, headers });
    const answer = await createSandbox(ports, call);
    if (!('body' in answer)) throw new Error('the answer comes later');
    return answer.body;
  };
  const recordOf = (id: string): SandboxRecord => {
    const record = ports.records.byId.get(id);
    if (!record) throw new Error(`no ${id}`);
    return record;
  };
  const taskIdOf = (id: string): string => taskOf(recordOf(id))?.id ?? '';
  const beat = (id: string, body: object) =>
    heartbeat(
      ports,
      callOf('heartbeat', agentOf(taskIdOf(id)), {
        params: { sandbox_id: id },
        body: { state: 'ready', reason: null, detail: null, running_commands: 0, last_active_at: null, ...body },
      }),
    );
  const greet = (taskId: string) =>
    hello(ports, callOf('hello', agentOf(taskId), { body: { agent_version: '1', session_limit: 8 } }));
  const ready = async (body: object = {}): Promise<string> => {
    const { sandbox_id: id } = await create(body);
    await greet(taskIdOf(id));
    await beat(id, {});
    return id;
  };
  const taskEvent = (id: string, event: Partial<TaskReport> = {}) => {
    const task = taskOf(recordOf(id));
    const evidence = { stopCode: undefined, stoppedReason: undefined, exitCode: undefined, containerReason: undefined };
    return settleTask(ports, {
      arn: task?.arn ?? 'arn:aws:ecs:us-east-1:000000000000:task/matrx/00000000000000000000000000000000',
      id: task?.id ?? '00000000000000000000000000000000',
      startedBy: id,
      version: 5,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      evidence,
      ...event,
    });
  };
  return { clock, ports, create, recordOf, taskIdOf, beat, greet, ready, taskEvent };
}

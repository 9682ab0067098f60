import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentCaller } from '../caller.ts';
import { newChannelKey } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import { helloOfMember } from '../pool/hello-of-member.ts';
import type { PoolMembers } from '../pool/ports.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { isEnding, sandboxEnded } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';
import { type AssignmentSettings, assignmentOf } from './assignment-of.ts';

export interface HelloPorts extends AssignmentSettings {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get' | 'replace' | 'environmentOf'>;
  readonly clock: Clock;
  readonly pool: Pick<PoolMembers, 'ofTask' | 'noteAgent'>;
}

// The task runs before the record says so when the answer to its launch is late: the agent asks again.
const notYet = (): SandboxError =>
  new SandboxError('sandbox_not_ready', 'no sandbox has this task yet', { retryAfterSeconds: 1 });

function assertStarting(record: SandboxRecord, caller: AgentCaller): void {
  if (isEnding(record)) throw sandboxEnded(record);
  if (taskOf(record)?.id !== caller.taskId) throw notYet();
  if (record.status === 'ready')
    throw new SandboxError('conflict', `${record.sandbox_id} is ready: its assignment has been given out`);
}

/**
 * Gives a task's agent its assignment, the same one until the agent is ready, or its place in a pool. Throws `sandbox_not_ready`
 * while neither a record nor a pool has the task, `sandbox_ended`, and `conflict` once the sandbox is ready.
 */
export async function hello(
  { records, pool, clock, ...settings }: HelloPorts,
  { caller, body, note }: Call<'hello'>,
): Promise<Answer<'hello'>> {
  const sandboxId = await records.sandboxOfTask(caller.taskId);
  if (sandboxId === undefined) {
    const place = await helloOfMember(pool, caller.taskId, body);
    if (place === undefined) throw notYet();
    return { status: 200, body: place };
  }
  note({ sandboxId });
  const agent = { channel_key: newChannelKey(), session_limit: body.session_limit, version: body.agent_version };
  const record = await changeRecord(records, sandboxId, (now) => {
    assertStarting(now, caller);
    return applyEvent(now, { name: 'assigned', agent }, clock.now());
  });
  if (record?.status !== 'starting' || record.agent === null) throw notYet();
  const env = await records.environmentOf(sandboxId);
  const { agent: assigned } = record;
  return { status: 200, body: assignmentOf({ ...record, agent: assigned }, env, settings) };
}

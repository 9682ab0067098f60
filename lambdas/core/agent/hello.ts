import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentCaller } from '../caller.ts';
import { newChannelKey } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { SandboxRecords } from '../ports.ts';
import { applyEvent } from '../sandboxes/apply-event.ts';
import { changeRecord } from '../sandboxes/change-record.ts';
import { isEnding, sandboxEnded } from '../sandboxes/owned.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';

export interface HelloPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get' | 'replace' | 'environmentOf'>;
  readonly clock: Clock;
  /** Whether commands may be root's. */
  readonly rootCommands: boolean;
}

const heartbeatSeconds = 30;

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
 * Gives a task's agent its assignment, the same one until the agent is ready. Throws `sandbox_not_ready` while no record has the task,
 * `sandbox_ended`, and `conflict` once the sandbox is ready.
 */
export async function hello(
  { records, clock, rootCommands }: HelloPorts,
  { caller, body, note }: Call<'hello'>,
): Promise<Answer<'hello'>> {
  const sandboxId = await records.sandboxOfTask(caller.taskId);
  if (sandboxId === undefined) throw notYet();
  note({ sandboxId });
  const agent = { channel_key: newChannelKey(), session_limit: body.session_limit, version: body.agent_version };
  const record = await changeRecord(records, sandboxId, (now) => {
    assertStarting(now, caller);
    return applyEvent(now, { name: 'assigned', agent }, clock.now());
  });
  if (record?.status !== 'starting' || record.agent === null) throw notYet();
  const env = await records.environmentOf(sandboxId);
  const assignment: Assignment = {
    sandbox_id: sandboxId,
    user_id: record.user_id,
    generation: record.generation,
    expires_at: record.expires_at,
    idle_timeout_seconds: record.idle_timeout_seconds,
    env: { ...env },
    on_ready: record.on_ready,
    channel_key: record.agent.channel_key,
    heartbeat_seconds: heartbeatSeconds,
    root_commands: rootCommands,
  };
  return { status: 200, body: assignment };
}

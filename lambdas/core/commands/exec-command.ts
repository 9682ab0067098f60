import { posix } from 'node:path';
import { commandSummary } from '../../../contract/api/commands/command-summary.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel } from '../agent/channel-ports.ts';
import type { Answer, Call } from '../operation.ts';
import type { ReadyPorts } from '../pool/ready-record.ts';
import { type AdmitPorts, admitCommand } from '../quotas/admit-command.ts';
import { homePath } from '../sandboxes/create/home.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { channelTarget } from './agent/channel-target.ts';
import { explainFailure } from './agent/explain-failure.ts';
import { commandEvents } from './follow/command-events.ts';
import { commandResult } from './follow/command-result.ts';
import { followCommand } from './follow/follow-command.ts';
import { noteEnd } from './follow/note-end.ts';
import type { RunningCommand } from './follow/running-command.ts';
import type { CommandRecords } from './ports.ts';
import { assertAllowed } from './start/assert-allowed.ts';
import { assertSameOrder } from './start/assert-same-order.ts';
import { type ClaimedCommand, claimCommand } from './start/claim-command.ts';
import { joinEnded } from './start/join-ended.ts';
import { orderOf } from './start/order-of.ts';

export interface ExecPorts extends ReadyPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'touch'>;
  readonly commands: Pick<CommandRecords, 'claim' | 'outcomeOf'>;
  readonly channel: Pick<AgentChannel, 'run' | 'follow'>;
  readonly clock: Clock;
  readonly permits: AdmitPorts['permits'];
  /** Whether commands may be root's. */
  readonly rootCommands: boolean;
}

type ExecCall = Call<'execCommand'>;

// A command that times out is answered up to 2 s of TERM and some of KILL and draining after that.
const waitBeyondSeconds = 5;

async function start(
  ports: ExecPorts,
  call: ExecCall,
  { record, claimed }: { record: ReadyRecord; claimed: ClaimedCommand },
): Promise<RunningCommand> {
  const { id: commandId, report } = claimed;
  const order = orderOf(call.body, commandId, call.body.timeout_seconds);
  call.note({ commandId, ...commandSummary(order) });
  if (report !== undefined) assertSameOrder(report, order);
  const follower = new AbortController();
  const signal = AbortSignal.any([call.signal, follower.signal]);
  const streamBytes = call.streamed ? undefined : call.body.max_output_bytes;
  const started_at = isoTime(ports.clock.now());
  const waitSeconds =
    call.body.wait_seconds ?? Math.min(call.body.timeout_seconds + waitBeyondSeconds, limits.waitSeconds.max);
  const target = channelTarget(record);
  // In a session only the agent knows where.
  const command = { command_id: commandId, cwd: posix.resolve(homePath, order.cwd ?? '.'), started_at };
  const onStarted = (cwd: string) => {
    command.cwd = cwd;
  };
  const options = { streamBytes, signal, onStarted };
  const events = await (report
    ? joinEnded(ports.channel, target, report, options)
    : ports.channel.run(target, order, options)
  ).catch(async (error) => Promise.reject(await explainFailure(ports.records, record.sandbox_id, error)));
  const waitUntilMs = ports.clock.now() + waitSeconds * 1000;
  const from = { stdout: 0, stderr: 0 };
  return { sandboxId: record.sandbox_id, command, events, from, waitUntilMs, letGo: () => follower.abort() };
}

/**
 * Runs a command in a sandbox of the caller and answers with its events or its result. Until the command has started, failures are
 * thrown; after that the status is given, and the answer says what is true: the agent's outcome, `lost` when the sandbox ended without
 * one, `running` when the caller has waited long enough. A lost channel to a command that may still run is the `error` event
 * of a stream, and `running` in a result.
 */
export async function execCommand(ports: ExecPorts, call: ExecCall): Promise<Answer<'execCommand'>> {
  assertAllowed(call.body, ports);
  const { sandbox_id } = call.params;
  // The key is claimed while the record is read: a claim for a call that is then refused grants nothing to anybody.
  const claimed = claimCommand(ports, call);
  claimed.catch(() => undefined);
  const record = await admitCommand(ports, sandbox_id, call);
  call.note({ sandboxId: record.sandbox_id, userId: record.user_id });
  // A time of last use that lags behind is no reason to fail a command.
  const touched = ports.records.touch(record, isoTime(ports.clock.now())).catch(() => undefined);
  const [run] = await Promise.all([start(ports, call, { record, claimed: await claimed }), touched]);
  const onEnd = noteEnd(call.note);
  const events = followCommand(ports, run);
  if (call.streamed)
    return { status: 200, events: commandEvents(run.command.command_id, events, { requestId: call.requestId, onEnd }) };
  const options = { clock: ports.clock, maxBytes: call.body.max_output_bytes, onEnd };
  return { status: 200, later: () => commandResult(run, events, options) };
}

import type { StartCommand } from '../../../contract/agent/commands.ts';
import { commandSummary } from '../../../contract/api/command-summary.ts';
import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { assertSameRequest, claimFor } from '../claim.ts';
import { newId } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import type { AgentChannel, CommandEvent, CommandRecords, SandboxRecords } from '../ports.ts';
import { isEnding, readOwned, sandboxEnded } from '../sandboxes/owned.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { channelTarget } from './channel-target.ts';
import { commandEvents } from './command-events.ts';
import { commandResult } from './command-result.ts';

import { followCommand } from './follow-command.ts';
import { assertReady } from './ready-record.ts';
import type { RunningCommand } from './running-command.ts';

export interface ExecPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'touch'>;
  readonly commands: Pick<CommandRecords, 'claim' | 'outcomeOf'>;
  readonly channel: AgentChannel;
  readonly clock: Clock;
}

type ExecCall = Call<'execCommand'>;

// A command that times out is answered up to 2 s of TERM and some of KILL and draining after that.
const waitBeyondSeconds = 5;

/** The command's id: the same one for the same key and request, so that repeating the call joins the command. */
async function commandIdOf({ commands, clock }: ExecPorts, call: ExecCall, sandboxId: string): Promise<string> {
  const id = call.body.command_id ?? newId('cmd', clock.now());
  const what = `${sandboxId}#commands`;
  const claim = claimFor(call.caller, what, call.headers['idempotency-key'], call.body, clock.now());
  if (claim === undefined) return id;
  const first = await commands.claim(claim, id);
  assertSameRequest(claim, first.hash);
  return first.id;
}

function orderOf({ body }: ExecCall, commandId: string): StartCommand {
  const { command, argv, cwd, env, stdin, tty, session, user, timeout_seconds } = body;
  return { command_id: commandId, command, argv, cwd, env, stdin, tty, session, user, timeout_seconds };
}

// Failures that a machine's end may be behind.
const telling: ReadonlySet<ErrorCode> = new Set(['channel_lost', 'sandbox_ended', 'unavailable']);

/** A failure before the command has started, said with what the record knows by now. */
async function explain({ records }: ExecPorts, record: ReadyRecord, error: unknown): Promise<never> {
  if (!(error instanceof SandboxError) || !telling.has(error.code)) throw error;
  const now = await records.get(record.sandbox_id);
  if (now !== undefined && isEnding(now)) throw sandboxEnded(now);
  if (error.code !== 'sandbox_ended') throw error;
  throw new SandboxError('sandbox_ended', `${record.sandbox_id} is shutting_down`, {
    details: { status: 'shutting_down', stop_reason: null, ended_at: null },
    cause: error,
  });
}

async function start(
  ports: ExecPorts,
  call: ExecCall,
  { record, commandId }: { record: ReadyRecord; commandId: string },
): Promise<RunningCommand> {
  const order = orderOf(call, commandId);
  call.note({ commandId: order.command_id, ...commandSummary(order) });
  const follower = new AbortController();
  const signal = AbortSignal.any([call.signal, follower.signal]);
  const streamBytes = call.streamed ? undefined : call.body.max_output_bytes;
  const startedAtMs = ports.clock.now();
  const waitSeconds =
    call.body.wait_seconds ?? Math.min(call.body.timeout_seconds + waitBeyondSeconds, limits.waitSeconds.max);
  const events = await ports.channel
    .run(channelTarget(record), order, { streamBytes, signal })
    .catch((error) => explain(ports, record, error));
  const waitUntilMs = ports.clock.now() + waitSeconds * 1000;
  return { record, order, events, startedAtMs, waitUntilMs, letGo: () => follower.abort() };
}

/**
 * Runs a command in a sandbox of the caller and answers with its events or its result. Until the command has started, failures are
 * thrown; after that the status is given, and the answer says what is true: the agent's outcome, `lost` when the sandbox ended without
 * one, `running` when the caller has waited long enough. A lost channel to a command that may still run is the `error` event
 * of a stream, and `running` in a result.
 */
export async function execCommand(ports: ExecPorts, call: ExecCall): Promise<Answer<'execCommand'>> {
  const { sandbox_id } = call.params;
  // The key is claimed while the record is read: a claim for a call that is then refused grants nothing to anybody.
  const claimed = commandIdOf(ports, call, sandbox_id);
  claimed.catch(() => undefined);
  const record = assertReady(await readOwned(ports.records, sandbox_id, call.caller));
  call.note({ sandboxId: record.sandbox_id, userId: record.user_id });
  // A time of last use that lags behind is no reason to fail a command.
  const touched = ports.records.touch(record, isoTime(ports.clock.now())).catch(() => undefined);
  const [run] = await Promise.all([start(ports, call, { record, commandId: await claimed }), touched]);
  const onEnd = (end: CommandEvent | SandboxError) => {
    if (end instanceof SandboxError) call.note({ code: end.code });
    else if (end.kind === 'finished')
      call.note({ commandOutcome: end.outcome.outcome, exitCode: end.outcome.exit_code });
  };
  const events = followCommand(ports, run);
  if (call.streamed)
    return { status: 200, events: commandEvents(run.order.command_id, events, { requestId: call.requestId, onEnd }) };
  const options = { clock: ports.clock, maxBytes: call.body.max_output_bytes, onEnd };
  return { status: 200, later: () => commandResult(run, events, options) };
}

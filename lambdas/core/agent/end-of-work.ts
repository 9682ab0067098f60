import type { Result, StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentCaller } from '../caller.ts';
import type { Answer, Call } from '../operation.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { noSuchSandbox } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { assertOwn } from './own-record.ts';

export interface EndOfWorkPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get' | 'replace'>;
  readonly clock: Clock;
}

interface Word {
  readonly reason: Extract<StopReason, 'completed' | 'error'>;
  readonly detail: string | null;
  readonly result: Result | null;
}

/** The agent learns by the answer to its next heartbeat that it may stop in peace. */
async function take(
  { records, clock }: EndOfWorkPorts,
  { sandboxId, caller }: { readonly sandboxId: string; readonly caller: AgentCaller },
  word: Word,
): Promise<Answer<'complete'> & Answer<'reportError'>> {
  await assertOwn(records, sandboxId, caller);
  let accepted = false;
  const record = await changeRecord(records, sandboxId, (now) => {
    const next = applyEvent(now, { name: 'agent_ending', ...word }, clock.now());
    accepted = next !== undefined;
    return next;
  });
  if (record === undefined) throw noSuchSandbox(sandboxId);
  const stop_reason = 'stop_reason' in record ? record.stop_reason : null;
  return { status: 200, body: { status: record.status, stop_reason, accepted } };
}

/** Keeps the result and ends the sandbox as `completed`. What has ended it before stands. Throws `not_found`, `conflict`. */
export const complete = (ports: EndOfWorkPorts, { caller, params, body }: Call<'complete'>) =>
  take(ports, { sandboxId: params.sandbox_id, caller }, { reason: 'completed', detail: null, result: body.result });

/** Keeps what went wrong and ends the sandbox as `error`. What has ended it before stands. Throws `not_found`, `conflict`. */
export const reportError = (ports: EndOfWorkPorts, { caller, params, body }: Call<'reportError'>) =>
  take(ports, { sandboxId: params.sandbox_id, caller }, { reason: 'error', detail: body.error, result: body.result });

import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import type { CommandRecords, SandboxRecords } from '../ports.ts';
import { noSuchSandbox } from '../sandboxes/owned.ts';
import { hasEnded } from '../sandboxes/record.ts';
import { assertOwn } from './own-record.ts';

export interface ReportPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get'>;
  readonly commands: Pick<CommandRecords, 'addOutcome'>;
  readonly clock: Clock;
}

/** Keeps how commands ended, also after the sandbox has; the first report of a command is the one that counts. */
export async function reportOutcomes(
  { records, commands, clock }: ReportPorts,
  { caller, params, body }: Call<'reportOutcomes'>,
): Promise<Answer<'reportOutcomes'>> {
  const id = params.sandbox_id;
  await assertOwn(records, id, caller);
  const running = body.outcomes.findIndex(({ outcome }) => outcome === 'running');
  if (running >= 0) {
    const rule = 'expected how the command ended';
    throw new SandboxError('invalid_request', `outcomes.${running}.outcome is "running", ${rule}`, {
      details: { field: `outcomes.${running}.outcome`, value: 'running', rule },
    });
  }
  const record = await records.get(id);
  if (record === undefined) throw noSuchSandbox(id);
  const end = hasEnded(record) ? Date.parse(record.ended_at) : Math.max(Date.parse(record.expires_at), clock.now());
  const until = Math.floor(end / 1000) + limits.endedRecordDays * 86_400;
  await Promise.all(body.outcomes.map((report) => commands.addOutcome(id, report, until)));
  return { status: 200, body: { accepted: body.outcomes.length } };
}

import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { CommandRecords, KeptCommand } from '../commands/ports.ts';
import type { Log } from '../log.ts';
import type { Answer, Call } from '../operation.ts';
import { noSuchSandbox } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { hasEnded } from '../sandboxes/record.ts';
import type { OutcomeReports } from '../usage/ports.ts';
import { usageKind } from '../usage/usage-kind.ts';
import { assertOwn } from './own-record.ts';

export interface ReportPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get'>;
  readonly commands: Pick<CommandRecords, 'addStarted'>;
  readonly reports: OutcomeReports;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info'>;
}

/**
 * The audit record of a command that came by no request, as its agent tells it: while it runs, and how it ended. A repeated
 * report repeats it.
 */
function writeAudit(log: ReportPorts['log'], sandboxId: string, report: OutcomeReport): void {
  const { audit, command_id, outcome, exit_code, duration_ms } = report;
  if (audit === undefined) return;
  log.info('command', {
    event: 'command.exec',
    outcome: 'ok',
    via: 'client_channel',
    sandboxId,
    userId: audit.user_id,
    grantId: audit.grant_id,
    commandId: command_id,
    program: audit.program,
    commandBytes: audit.command_bytes,
    commandOutcome: outcome,
    exitCode: exit_code,
    durationMs: duration_ms,
  });
}

/** A command that runs, as it is kept: so that it is found, as lost, when its machine ends without a word. */
const startedOf = (report: OutcomeReport): KeptCommand => {
  const { tty, session, user } = report;
  const about = { ...(tty !== undefined && { tty }), ...(session !== undefined && { session }), ...(user && { user }) };
  return { ...CommandOutcome.parse(report), ...about };
};

/** Keeps how commands ended, also after the sandbox has, and which ones run; the first report of an end is the one that counts. */
export async function reportOutcomes(
  { records, commands, reports, clock, log }: ReportPorts,
  { caller, params, body }: Call<'reportOutcomes'>,
): Promise<Answer<'reportOutcomes'>> {
  const id = params.sandbox_id;
  await assertOwn(records, id, caller);
  const record = await records.get(id);
  if (record === undefined) throw noSuchSandbox(id);
  const end = hasEnded(record) ? Date.parse(record.ended_at) : Math.max(Date.parse(record.expires_at), clock.now());
  const until = Math.floor(end / 1000) + limits.endedRecordDays * 86_400;
  for (const report of body.outcomes) writeAudit(log, id, report);
  const { running = [], ended = [] } = Object.groupBy(body.outcomes, ({ outcome }) =>
    outcome === 'running' ? 'running' : 'ended',
  );
  await Promise.all(running.map((report) => commands.addStarted(id, startedOf(report), until)));
  if (ended.length > 0) await reports.add(id, usageKind(record), ended, until);
  return { status: 200, body: { accepted: body.outcomes.length } };
}

import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { UserCaller } from '../../caller.ts';
import { isEnding, readOwned, sandboxEnded } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import { hasEnded, type ReadyRecord, type SandboxRecord } from '../../sandboxes/record.ts';
import { explainFailure } from '../agent/explain-failure.ts';
import { noSuchCommand } from '../agent/no-such-command.ts';
import { assertReady } from '../agent/ready-record.ts';
import type { CommandRecords } from '../ports.ts';
import { lostCommand } from './kept-command.ts';

export interface KeptPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly commands: Pick<CommandRecords, 'outcomeOf' | 'startedOf'>;
}

interface CommandCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string; readonly command_id: string };
  readonly note: (facts: Readonly<Record<string, string>>) => void;
}

interface Ways<T> {
  readonly live: (record: ReadyRecord) => Promise<T>;
  readonly kept: (report: OutcomeReport, record: SandboxRecord) => T | Promise<T>;
}

const isCode = (error: unknown, code: 'not_found' | 'sandbox_ended'): boolean =>
  error instanceof SandboxError && error.code === code;

/** Why a record's agent can't be asked: it has ended, and the table says the rest, or it is about to and may yet report. */
function whyNot(record: SandboxRecord, commandId: string): SandboxError | undefined {
  if (hasEnded(record)) return noSuchCommand(commandId);
  return isEnding(record) ? sandboxEnded(record) : undefined;
}

const nothing = { head: '', tail: '' };

/** How it ended, as was reported; `lost` when nobody did so before its sandbox ended, but its start is known. */
async function reportOf({ commands }: KeptPorts, record: SandboxRecord, commandId: string) {
  const { sandbox_id } = record;
  const report = await commands.outcomeOf(sandbox_id, commandId);
  if (report !== undefined || !hasEnded(record)) return report;
  const started = await commands.startedOf(sandbox_id, commandId);
  return started && { ...lostCommand(started), stdout: nothing, stderr: nothing };
}

/**
 * What the agent says of a command while there is one that knows it, else what the table has kept of it. Throws `not_found` where neither
 * knows it, and `sandbox_ended` while a sandbox ends whose last reports may still come.
 */
export async function liveOrKept<T>(
  ports: KeptPorts,
  { caller, params, note }: CommandCall,
  { live, kept }: Ways<T>,
): Promise<T> {
  const { sandbox_id, command_id } = params;
  const record = await readOwned(ports.records, sandbox_id, caller);
  note({ sandboxId: sandbox_id, userId: record.user_id, commandId: command_id });
  try {
    const gone = whyNot(record, command_id);
    if (gone !== undefined) throw gone;
    return await live(assertReady(record));
  } catch (thrown) {
    const error = isCode(thrown, 'not_found')
      ? noSuchCommand(command_id, thrown)
      : await explainFailure(ports.records, sandbox_id, thrown);
    const isSilent = isCode(error, 'not_found') || isCode(error, 'sandbox_ended');
    const report = isSilent ? await reportOf(ports, record, command_id) : undefined;
    if (report === undefined) throw error;
    return await kept(report, record);
  }
}

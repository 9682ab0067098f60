import { SandboxError } from '../../../../contract/api/errors.ts';
import type { SandboxRecords } from '../ports.ts';
import type { SandboxRecord } from '../record.ts';

const attempts = 8;

/**
 * Reads a record, changes it, and writes it on condition that nobody was faster; then again from the start. `change` answers
 * undefined when there is nothing to change. Answers the record as it then stands, undefined when there is none; throws
 * `conflict` when others were faster every time.
 */
export async function changeRecord(
  records: Pick<SandboxRecords, 'get' | 'replace'>,
  sandboxId: string,
  change: (record: SandboxRecord) => SandboxRecord | undefined,
): Promise<SandboxRecord | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const previous = await records.get(sandboxId);
    const next = previous && change(previous);
    if (previous === undefined || next === undefined) return previous;
    if (await records.replace(previous, next)) return next;
  }
  throw new SandboxError('conflict', `${sandboxId} was changed by others ${attempts} times in a row`);
}

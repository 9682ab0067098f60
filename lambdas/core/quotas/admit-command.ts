import type { UserCaller } from '../caller.ts';
import { type ReadyPorts, readyRecord } from '../pool/ready-record.ts';
import { readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import type { CommandPermits } from './command-permits.ts';

export interface AdmitPorts extends ReadyPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly permits: Pick<CommandPermits, 'admit'>;
}

/**
 * The record of a sandbox in which the caller may run one more command now. Throws `not_found`, `sandbox_not_ready`, `sandbox_ended`,
 * and `rate_limited` when the sandbox's user has run its commands of this minute.
 */
export function admitCommand(
  ports: AdmitPorts,
  sandboxId: string,
  { caller, signal }: { readonly caller: UserCaller; readonly signal: AbortSignal },
): Promise<ReadyRecord> {
  const owned = readOwned(ports.records, sandboxId, caller);
  return ports.permits.admit(
    sandboxId,
    owned.then((record) => readyRecord(ports, record, signal)),
  );
}

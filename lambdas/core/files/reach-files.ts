import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { ChannelTarget } from '../agent/channel-ports.ts';
import type { UserCaller } from '../caller.ts';
import { channelTarget } from '../commands/agent/channel-target.ts';
import { explainFailure } from '../commands/agent/explain-failure.ts';
import { type ReadyPorts, readyRecord } from '../pool/ready-record.ts';
import { readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { isoTime } from '../time.ts';
import type { FilesChannel } from './ports.ts';

export interface FilePorts extends ReadyPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'touch'>;
  readonly channel: FilesChannel;
  readonly clock: Clock;
}

/** A call about files of one sandbox. */
export interface FileCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string };
  readonly note: (facts: Readonly<Record<string, string | number>>) => void;
  readonly signal: AbortSignal;
}

/** A path as the record of a call has it. */
interface NamedPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

const longestNotedPath = 300;

/** Keeps on record which file a call is about; never what is in it. */
export function notePath(call: Pick<FileCall, 'note'>, { path, path_base64 }: NamedPath): void {
  call.note({ path: (path ?? `base64:${path_base64}`).slice(0, longestNotedPath) });
}

/**
 * Does something with the files of a sandbox of the caller. Throws `not_found`, `sandbox_not_ready` and `sandbox_ended`, what the
 * agent refuses, and `channel_lost` where nobody knows whether it has heard.
 */
export async function reachFiles<T>(
  ports: FilePorts,
  { caller, params, note, signal }: FileCall,
  work: (target: ChannelTarget) => Promise<T>,
): Promise<T> {
  const { records, clock } = ports;
  const record = await readyRecord(ports, await readOwned(records, params.sandbox_id, caller), signal);
  note({ sandboxId: record.sandbox_id, userId: record.user_id });
  // A time of last use that lags behind is no reason to fail.
  const touched = records.touch(record, isoTime(clock.now())).catch(() => undefined);
  try {
    const [answer] = await Promise.all([work(channelTarget(record)), touched]);
    return answer;
  } catch (error) {
    throw await explainFailure(records, params.sandbox_id, withoutCommand(error));
  }
}

// The hint of the table is about commands; a file operation is looked after otherwise.
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof SandboxError) || error.code !== 'channel_lost') return error;
  return new SandboxError('channel_lost', 'the channel broke; what was asked of the file may have been done: stat it', {
    details: error.details,
    cause: error,
  });
}

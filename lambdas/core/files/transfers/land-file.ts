import { type FileWritten, filesApi } from '../../../../contract/agent/files.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { LandingEvent } from '../../../../contract/api/files/transfers.ts';
import type { ChannelTarget } from '../../agent/channel-ports.ts';
import { failureTold } from '../last-event.ts';
import type { FilesChannel } from '../ports.ts';
import type { TransferStorage, UploadRecord } from './transfer-ports.ts';

interface LandPorts {
  readonly channel: FilesChannel;
  readonly storage: TransferStorage;
}

interface Landing {
  readonly upload: UploadRecord;
  readonly size: number;
  readonly sha256: string | undefined;
  readonly signal: AbortSignal;
}

type Landed = Extract<LandingEvent, { event: 'progress' }> | { readonly event: 'landed'; readonly file: FileWritten };

// The agent says something every 15 s.
const beginsWithinMs = 30_000;

/** Has the agent take a file from storage. The last item is `landed`; throws what the agent refuses, and `channel_lost`. */
export async function* landFile(
  { channel, storage }: LandPorts,
  target: ChannelTarget,
  { upload, size, sha256, signal }: Landing,
): AsyncGenerator<Landed> {
  const { url } = await storage.signRead(upload.storage.key, 'agent');
  const { path, path_base64, mode, overwrite } = upload;
  const { method, path: route, events: event } = filesApi.receiveFile;
  const body = {
    ...(path === undefined ? { path_base64 } : { path }),
    hosts: [new URL(url).host],
    url,
    size,
    sha256,
    mode,
    ...(overwrite ? {} : { if_none_match: '*' }),
  };
  const question = { method, path: route, body, event, yields: false, withinMs: beginsWithinMs };
  const events = channel.events(target, question, signal).catch((error) => {
    throw error instanceof SandboxError ? otherHash(error) : error;
  });
  for await (const told of await events) {
    if (told.event === 'error') throw otherHash(failureTold(told));
    if (told.event === 'progress') yield told;
    if (told.event !== 'received') continue;
    const { event: _, ...file } = told;
    if (file.entry.size !== size || (sha256 !== undefined && file.sha256 !== sha256)) break;
    yield { event: 'landed', file };
    return;
  }
  throw new SandboxError('channel_lost', 'nobody told whether the file has landed: complete the upload again');
}

/** What the caller itself has said of the file is wrong: storage has checked every part of it. */
function otherHash(error: SandboxError): SandboxError {
  if (error.details.field !== 'body.sha256') return error;
  const { value, rule } = error.details;
  return new SandboxError('invalid_request', 'the file has another SHA-256 than was announced', {
    details: { field: 'sha256', ...(value !== undefined && { value }), ...(rule !== undefined && { rule }) },
    cause: error,
  });
}

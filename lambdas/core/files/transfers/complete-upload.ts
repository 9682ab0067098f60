import { SandboxError } from '../../../../contract/api/errors.ts';
import type { LandingEvent } from '../../../../contract/api/files/transfers.ts';
import type { ChannelTarget } from '../../agent/channel-ports.ts';
import type { Answer, Call } from '../../operation.ts';
import { eventsOf, lastOf } from '../last-of.ts';
import { type FilePorts, notePath, reachFiles } from '../reach-files.ts';
import { landFile } from './land-file.ts';
import { readOwnUpload, type UploadPorts } from './own-upload.ts';
import type { PartedFile, StoredPart, UploadRecord } from './transfer-ports.ts';

type Ports = FilePorts & UploadPorts;
type CompleteCall = Call<'completeUpload'>;

const mostMissing = 100;

/** Throws `upload_incomplete` unless the parts are the first ones, without a gap, and as long together as the file. */
function assertWhole(parts: readonly StoredPart[], size: number): void {
  const numbers = new Set(parts.map(({ number }) => number));
  const last = parts.reduce((most, { number }) => Math.max(most, number), 0);
  const missing = Array.from({ length: last }, (_, n) => n + 1).filter((number) => !numbers.has(number));
  const received = parts.reduce((sum, part) => sum + part.size, 0);
  if (missing.length === 0 && received === size) return;
  throw new SandboxError('upload_incomplete', `${received} of ${size} bytes were received`, {
    details: { field: 'size', value: String(size), received, missing: missing.slice(0, mostMissing) },
  });
}

/** Makes one file of the parts, unless an earlier call has. */
async function join({ storage }: Ports, file: PartedFile, size: number): Promise<void> {
  const parts = await storage.parts(file);
  if (parts !== undefined) {
    assertWhole(parts, size);
    await storage.join(file, parts);
  } else if ((await storage.sizeOf(file.key)) !== size) {
    throw new SandboxError('upload_incomplete', 'nothing is left of what was sent: begin again', {
      details: { field: 'size', value: String(size), received: 0 },
    });
  }
}

async function* landing(
  ports: Ports,
  call: CompleteCall,
  { upload, target, signal }: { upload: UploadRecord; target: ChannelTarget; signal: AbortSignal },
): AsyncGenerator<LandingEvent> {
  for await (const event of landFile(ports, target, { upload, ...call.body, sha256: call.body.sha256, signal })) {
    if (event.event === 'progress') {
      yield event;
      continue;
    }
    const { file } = event;
    await ports.uploads.save({ ...upload, file });
    // What stays behind is gone in a day.
    await ports.storage.remove(upload.storage).catch(() => undefined);
    yield { event: 'finished', file };
  }
}

/**
 * Puts an upload into its place: storage joins the parts, whose hashes it has checked, the agent takes the file, hashes it, and renames it
 * into its place. Answers then, and the same when it is asked again. Throws `upload_incomplete` when parts are missing.
 */
export async function completeUpload(ports: Ports, call: CompleteCall): Promise<Answer<'completeUpload'>> {
  const upload = await readOwnUpload(ports, call);
  notePath(call, upload);
  const over = new AbortController();
  const signal = AbortSignal.any([call.signal, over.signal]);
  const begin = async (): Promise<AsyncIterable<LandingEvent>> => {
    if (upload.file !== null) return only({ event: 'finished', file: upload.file });
    return reachFiles(ports, call, async (target) => {
      await join(ports, upload.storage, call.body.size);
      return landing(ports, call, { upload, target, signal });
    });
  };
  const events = await begin();
  call.note({ bytes: call.body.size });
  if (call.streamed) return { status: 200, events: eventsOf(events, call.requestId) };
  const last = await lastOf(events, { clock: ports.clock, giveUp: () => over.abort() });
  if (last?.event === 'finished') return { status: 200, body: last.file };
  throw new SandboxError('channel_lost', 'nobody told whether the file has landed: complete the upload again');
}

async function* only(event: LandingEvent): AsyncGenerator<LandingEvent> {
  yield event;
}

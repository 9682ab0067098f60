// The proof's own little wire: a length of two bytes, then that much JSON. Fields that a reader doesn't know are ignored,
// but stand under the MACs like the rest.
import type { Duplex } from 'node:stream';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';

/** The longest frame either side takes. */
const maxProofBytes = 4096;

export const nonceBytes = 32;

/** A frame as it was on the wire, and what it says. */
export interface ProofFrame {
  readonly bytes: Buffer;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ProofFrames {
  /** Throws `proof_malformed`, `proof_cut` when the stream ends first, `proof_timeout` when time is up. */
  read(): Promise<ProofFrame>;
  /** Sends a frame; answers its JSON bytes. */
  write(fields: Record<string, unknown>): Buffer;
}

/**
 * Runs one end of the proof. Reads no byte behind the last frame, so the stream can be used for what follows.
 * When `run` fails or isn't done after `timeoutMs` the stream is destroyed and the promise rejects.
 */
export async function withProofFrames(
  stream: Duplex,
  clock: Clock,
  timeoutMs: number,
  run: (frames: ProofFrames) => Promise<void>,
): Promise<void> {
  const late = new AbortController();
  using _deadline = clock.after(timeoutMs, () =>
    late.abort(new ChannelError('proof_timeout', `no proof after ${timeoutMs} ms`)),
  );
  const ignore = () => {};
  stream.on('error', ignore);
  try {
    await run({
      read: () => readFrame(stream, late.signal),
      write: (fields) => writeFrame(stream, fields),
    });
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    if (!stream.destroyed) stream.off('error', ignore);
  }
}

/** A field that holds exactly `bytes` bytes in base64. */
export function readBase64({ fields }: ProofFrame, name: string, bytes: number): Buffer {
  const value = fields[name];
  const read = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  if (read?.length !== bytes) throw malformed(`${name} must be ${bytes} bytes in base64`);
  return read;
}

/** Throws unless the other side speaks this version of the proof. */
export function checkVersion({ fields }: ProofFrame): void {
  if (fields['version'] !== 1) throw malformed(`version ${JSON.stringify(fields['version'])} must be 1`);
}

function writeFrame(stream: Duplex, fields: Record<string, unknown>): Buffer {
  const json = Buffer.from(JSON.stringify(fields));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(json.length);
  stream.write(Buffer.concat([length, json]));
  return json;
}

async function readFrame(stream: Duplex, late: AbortSignal): Promise<ProofFrame> {
  const length = (await take(stream, 2, late)).readUInt16BE();
  if (length === 0 || length > maxProofBytes)
    throw malformed(`frame of ${length} bytes must have 1 to ${maxProofBytes}`);
  const bytes = await take(stream, length, late);
  let fields: unknown;
  try {
    fields = JSON.parse(bytes.toString());
  } catch (cause) {
    throw malformed(`${length} bytes must be JSON`, { cause });
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw malformed('must be a JSON object');
  return { bytes, fields: fields as Record<string, unknown> };
}

async function take(stream: Duplex, bytes: number, late: AbortSignal): Promise<Buffer> {
  for (;;) {
    late.throwIfAborted();
    const taken: Buffer | null = stream.read(bytes);
    if (taken?.length === bytes) return taken;
    if (taken || stream.readableEnded || stream.destroyed)
      throw new ChannelError('proof_cut', 'the stream ended before the proof', { cause: stream.errored ?? undefined });
    await changed(stream, late);
  }
}

/** Resolves when the stream has more to read or will never have, or when time is up. */
function changed(stream: Duplex, late: AbortSignal): Promise<void> {
  const events = ['readable', 'end', 'close', 'error'] as const;
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) stream.off(event, done);
      late.removeEventListener('abort', done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
    late.addEventListener('abort', done);
  });
}

const malformed = (rule: string, options?: ErrorOptions): ChannelError =>
  new ChannelError('proof_malformed', `proof: ${rule}`, options);

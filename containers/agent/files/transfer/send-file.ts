import { AgentError } from '../../../../contract/agent/errors.ts';
import type { SendFile } from '../../../../contract/agent/files.ts';
import { letGo } from '../wire/let-go.ts';
import type { StorageAnswer } from './storage-link.ts';
import { type Emit, progressBytes, type TransferTools } from './transfer-tools.ts';
import { isPassing, Passing, pauseAfter, transferFailed } from './try-again.ts';

const atOnce = 4;

type Part = SendFile['parts'][number];

/** Puts a file's parts where they were signed for. Rejects with `file_changed` when it is not what was signed, `transfer_failed`. */
export async function sendFile(order: SendFile, tools: TransferTools, emit: Emit): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([tools.signal, ended.signal]);
  const progress = progressOf(emit);
  const left = order.parts.values();
  const work = async () => {
    for (const part of left) {
      const etag = await sendPart(order, part, { ...tools, signal }, progress);
      await emit({ event: 'part', number: part.number, etag });
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    ended.abort();
  }
  await emit({ event: 'sent', size: order.size });
}

function progressOf(emit: Emit): (bytes: number) => Promise<void> {
  let [bytes, told] = [0, 0];
  return async (more) => {
    bytes += more;
    if (bytes - told < progressBytes) return;
    told = bytes;
    await emit({ event: 'progress', bytes });
  };
}

async function sendPart(
  order: SendFile,
  part: Part,
  tools: TransferTools,
  progress: (bytes: number) => Promise<void>,
): Promise<string> {
  for (let failures = 1; ; failures++) {
    let sent = 0;
    try {
      return etagOf(
        await putPart(order, part, tools, (bytes) => {
          sent += bytes;
          return progress(bytes);
        }),
      );
    } catch (error) {
      await progress(-sent);
      await pauseAfter(error, failures, tools.clock, tools.signal);
    }
  }
}

function putPart(
  { path, path_base64, hosts, size }: SendFile,
  part: Part,
  { files, storage, signal }: TransferTools,
  progress: (bytes: number) => Promise<void>,
): Promise<StorageAnswer> {
  const range = { ...(path === undefined ? { path_base64 } : { path }), offset: part.offset, length: part.size };
  return storage.put({ ...part, hosts, signal }, part.size, (write) =>
    files.read(
      range,
      {
        head: (head) => {
          // One that has grown since has what was signed; storage looks at the bytes.
          if (head.size < size || head.length !== part.size) throw changed();
        },
        piece: async (piece) => {
          const { length } = piece;
          await write(piece, () => letGo(piece));
          await progress(length);
        },
      },
      signal,
    ),
  );
}

function etagOf({ status, headers, body }: StorageAnswer): string {
  if (status === 200) return headers.etag ?? '';
  // What S3 calls a body whose hash is not the signed one.
  if (status === 400 && /<Code>(BadDigest|XAmzContentSHA256Mismatch)</.test(body)) throw changed();
  if (isPassing(status)) throw new Passing(`storage answers ${status}`);
  throw transferFailed(status, new Error(body.slice(0, 500)));
}

const changed = (): AgentError => new AgentError('file_changed', 'the file changed while it was sent');

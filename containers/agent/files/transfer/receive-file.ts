import type { IncomingMessage } from 'node:http';
import { AgentError } from '../../../../contract/agent/errors.ts';
import type { ReceiveFile } from '../../../../contract/agent/files.ts';
import { type Emit, progressBytes, type TransferTools } from './transfer-tools.ts';
import { isPassing, Passing, pauseAfter, transferFailed } from './try-again.ts';

/** Takes a file from where it was signed for; the target is whole and as announced, or as it was. Rejects with `transfer_failed` and as a write does. */
export async function receiveFile(order: ReceiveFile, tools: TransferTools, emit: Emit): Promise<void> {
  const { hosts: _, url: __, sha256, ...target } = order;
  const source = counted(download(order, tools), emit);
  const written = await tools.files.write(target, source, tools.signal, { sha256 }).catch((error) => {
    // Nobody who asked gave the bytes, so the request was not at fault.
    if (!(error instanceof AgentError) || !isOfBody(error)) throw error;
    throw new AgentError('transfer_failed', error.message, { details: error.details, cause: error });
  });
  await emit({ event: 'received', ...written });
}

const isOfBody = ({ code, details }: AgentError): boolean =>
  code === 'invalid_request' && String(details['field']).startsWith('body');

async function* counted(source: AsyncIterable<Buffer>, emit: Emit): AsyncGenerator<Buffer> {
  let [bytes, told] = [0, 0];
  for await (const chunk of source) {
    bytes += chunk.length;
    yield chunk;
    if (bytes - told < progressBytes) continue;
    told = bytes;
    await emit({ event: 'progress', bytes });
  }
}

/** The bytes, asked for again from where they broke off, as long as they are of the same object. */
async function* download(order: ReceiveFile, tools: TransferTools): AsyncGenerator<Buffer> {
  const { clock, signal } = tools;
  let offset = 0;
  let etag: string | undefined;
  for (let failures = 0; offset < order.size; ) {
    const before = offset;
    try {
      const answer = await open(order, offset, etag, tools);
      etag ??= answer.headers.etag;
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        offset += chunk.length;
        yield chunk;
      }
      if (offset < order.size) throw new Passing(`storage gave ${offset} of ${order.size} bytes`);
    } catch (error) {
      failures = offset > before ? 1 : failures + 1;
      await pauseAfter(error, failures, clock, signal);
    }
  }
}

async function open(
  { url, hosts }: ReceiveFile,
  offset: number,
  etag: string | undefined,
  { storage, signal }: TransferTools,
): Promise<IncomingMessage> {
  const onwards = { range: `bytes=${offset}-`, ...(etag !== undefined && { 'if-match': etag }) };
  const answer = await storage.get({ url, hosts, signal, ...(offset > 0 && { headers: onwards }) });
  const status = answer.statusCode ?? 0;
  if (status === (offset > 0 ? 206 : 200)) return answer;
  answer.destroy();
  if (isPassing(status)) throw new Passing(`storage answers ${status}`);
  throw transferFailed(status);
}

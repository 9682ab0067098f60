import { createHash } from 'node:crypto';
import { type FileWritten, filesApi } from '../../../contract/agent/files.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Answer, Call } from '../operation.ts';
import { withQuery } from '../with-query.ts';
import { askFiles } from './ask-files.ts';
import type { FilePorts } from './reach-files.ts';

const { method, path, answer } = filesApi.writeFile;

/**
 * Writes a file, whole or not at all, and answers when it has its name, with its hash. Throws `too_large` for more than 4 MB, with
 * the route for that, and with `If-None-Match: *` `file_exists`.
 */
export async function writeFile(ports: FilePorts, call: Call<'writeFile'>): Promise<Answer<'writeFile'>> {
  const bytes = call.body;
  assertInline(call);
  const ifNoneMatch = call.headers['if-none-match'];
  const query = { ...call.query, if_none_match: ifNoneMatch, size: bytes.length };
  call.note({ bytes: bytes.length });
  const written = await askFiles<typeof answer>(ports, call, {
    about: call.query,
    method,
    path: withQuery(path, query),
    bytes,
    answer,
    repeatable: ifNoneMatch === undefined,
  });
  assertSame(written, bytes);
  return { status: 200, body: written };
}

function assertInline({ body, params }: Call<'writeFile'>): void {
  const { inlineBytes } = limits.files;
  if (body.length <= inlineBytes) return;
  const route = `POST /sandboxes/${params.sandbox_id}/files/upload`;
  throw new SandboxError('too_large', `more than ${inlineBytes} bytes are written by ${route}`, {
    details: { field: 'body', value: String(body.length), rule: `expected at most ${inlineBytes} bytes`, route },
  });
}

/** Nobody hears that a file is written when other bytes have landed. */
function assertSame({ sha256 }: FileWritten, bytes: Uint8Array): void {
  if (sha256 === createHash('sha256').update(bytes).digest('hex')) return;
  throw new SandboxError('internal', 'internal error', { cause: new Error('the agent has written other bytes') });
}

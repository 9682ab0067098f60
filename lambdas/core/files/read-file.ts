import { filesApi, readHeaders } from '../../../contract/agent/files.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Answer, Call } from '../operation.ts';
import { withQuery } from '../with-query.ts';
import { bytesAnswer, rangeNotSatisfiable } from './bytes-answer.ts';
import { type FilePorts, notePath, reachFiles } from './reach-files.ts';

const { inlineBytes } = limits.files;

/** What a Range header asks for, as the agent takes it. */
interface Range {
  readonly offset?: number;
  readonly length?: number;
  readonly last?: number;
}

/** Throws `invalid_request` for a range that ends before it begins. */
function rangeOf(header: string | undefined): Range {
  if (header === undefined) return {};
  const [from = '', to = ''] = header.slice('bytes='.length).split('-');
  if (from === '') return { last: Number(to) };
  if (to === '') return { offset: Number(from) };
  if (Number(to) >= Number(from)) return { offset: Number(from), length: Number(to) - Number(from) + 1 };
  const rule = 'expected an end behind the beginning';
  throw new SandboxError('invalid_request', `range is wrong: ${rule}`, {
    details: { field: 'range', value: header, rule },
  });
}

function tooLarge(call: Call<'readFile'>, cause: SandboxError): SandboxError {
  const route = `POST /sandboxes/${call.params.sandbox_id}/files/download`;
  return new SandboxError('too_large', `more than ${inlineBytes} bytes are read by ${route}`, {
    details: { rule: `expected at most ${inlineBytes} bytes, or a Range`, route },
    cause,
  });
}

const wholeNumber = (text: string | undefined): number => {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new SandboxError('internal', 'internal error', { cause: new Error('the agent says no size') });
};

/**
 * Reads a file, or a range of it. Throws `too_large` for more than 4 MB, with the route for that, and `range_not_satisfiable`
 * for a range of which the file has nothing.
 */
export async function readFile(ports: FilePorts, call: Call<'readFile'>): Promise<Answer<'readFile'>> {
  const { range } = call.headers;
  const wanted = rangeOf(range);
  notePath(call, call.query);
  const path = withQuery(filesApi.readFile.path, { ...call.query, ...wanted, max_bytes: inlineBytes });
  const { headers, bytes } = await reachFiles(ports, call, (target) =>
    ports.channel.read(target, { path, mostBytes: inlineBytes }, call.signal),
  ).catch((error) => {
    throw error instanceof SandboxError && error.code === 'too_large' ? tooLarge(call, error) : error;
  });
  const size = wholeNumber(headers[readHeaders.size]);
  const offset = wholeNumber(headers[readHeaders.offset]);
  if (range !== undefined && bytes.length === 0) throw rangeNotSatisfiable(range, size);
  call.note({ bytes: bytes.length });
  const told = {
    ...said(fileHeaders.mode, headers[readHeaders.mode], /^[0-7]{3,4}$/),
    ...said(fileHeaders.modifiedAt, headers[readHeaders.modifiedAt], /^[\dT:.Z-]{20,30}$/),
  };
  return bytesAnswer({ bytes, offset, size, isRange: range !== undefined, headers: told });
}

/** A header of the agent's, which is hostile, where it is what it has to be. */
const said = (name: string, value: string | undefined, form: RegExp): Record<string, string> =>
  value !== undefined && form.test(value) ? { [name]: value } : {};

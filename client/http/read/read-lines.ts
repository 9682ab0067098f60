import { SandboxError } from '../../../contract/api/errors.ts';
import { joinBytes } from './join-bytes.ts';

const newline = 0x0a;

/**
 * The lines of a byte stream, however it is cut; blank lines are left out, and so is an end without a newline, since
 * nobody can tell whether it is whole. Throws `bad_answer` for a line above `maxBytes` and for what is not UTF-8.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const keep = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > maxBytes) throw new SandboxError('bad_answer', `a line is longer than ${maxBytes} bytes`);
    parts.push(part);
  };
  const take = (): string => {
    const whole = joinBytes(parts);
    [parts, bytes] = [[], 0];
    try {
      return decoder.decode(whole);
    } catch (cause) {
      throw new SandboxError('bad_answer', 'a line is not UTF-8', { cause });
    }
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      const line = take();
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) keep(chunk.slice(from));
  }
}

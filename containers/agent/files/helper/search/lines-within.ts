import { Buffer } from 'node:buffer';

/** The lines of a stream; those longer than `maxBytes` are left out, so that no more than that is held. */
export async function* linesWithin(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      if (bytes + end - from <= maxBytes) yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      [rest, bytes, from] = [[], 0, end + 1];
    }
    bytes += chunk.length - from;
    if (bytes <= maxBytes) rest.push(chunk.subarray(from));
    else rest = [];
  }
}

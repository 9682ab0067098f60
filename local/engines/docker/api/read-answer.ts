import type { Readable } from 'node:stream';

const longestAnswer = 8 * 1024 * 1024;

/** A whole answer as text. Throws when it is longer than any that is asked for. */
export async function readAnswer(response: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > longestAnswer) throw new Error(`the Docker engine answered more than ${longestAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

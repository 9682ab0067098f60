/** All bytes of a body. Throws when they are more than `most`, and what the body throws. `what` names it in the error. */
export async function collectBytes(body: AsyncIterable<Uint8Array>, most: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw new Error(`${what} is longer than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

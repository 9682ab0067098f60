import type { HttpRequest } from '../request.ts';

const worthIt = 64 * 1024;

// Others that say they are Node frame a stream anew, without the length that storage asks for.
const isNode =
  typeof process === 'object' &&
  process.versions?.node !== undefined &&
  !('Deno' in globalThis) &&
  !('Bun' in globalThis);

/**
 * A request's body as `fetch` is to have it. Node's takes two copies of bytes and leaves them to be collected, which costs more than all
 * else that is done with a part of a file; what comes as a stream it sends as it is. Bytes must stay as they are until there is an answer.
 */
export function fetchBody({ body }: HttpRequest): RequestInit & { readonly headers?: Record<string, string> } {
  if (!isNode || !(body instanceof Uint8Array) || body.length < worthIt) return { body: body ?? null };
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(body);
      controller.close();
    },
  });
  return { body: stream, headers: { 'content-length': String(body.length) }, duplex: 'half' };
}

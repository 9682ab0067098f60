import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../../contract/clock.ts';
import { GatewayError } from './gateway-error.ts';
import { gatewayLimits } from './limits.ts';
import { type Prelude, PreludeReader } from './prelude.ts';

/**
 * Sends a function's streamed answer on to the client, each piece when it comes. Throws while the client has heard
 * nothing yet; afterwards a fault breaks the connection. A client that hangs up ends the relay, not the function.
 */
export async function relay(body: Readable, client: ServerResponse, clock: Clock): Promise<void> {
  const hangUp = () => body.destroy();
  client.once('close', hangUp);
  using limits = watchTime(body, clock);
  try {
    for await (const chunk of pieces(body, client)) {
      limits.heard();
      if (!client.write(chunk)) await drained(client);
    }
    client.end();
  } catch (error) {
    if (client.closed) return;
    if (!client.headersSent) throw error;
    client.destroy();
    throw error;
  } finally {
    client.off('close', hangUp);
  }
}

/** The pieces of the body; the first one comes after the status and headers have been written. */
async function* pieces(body: Readable, client: ServerResponse): AsyncGenerator<Buffer> {
  const reader = new PreludeReader();
  for await (const chunk of body) {
    if (client.headersSent) {
      yield chunk;
      continue;
    }
    const begun = reader.push(chunk);
    if (!begun) continue;
    writeHead(client, begun.prelude);
    if (begun.body.length > 0) yield begun.body;
  }
  if (!client.headersSent) throw new GatewayError('DEFAULT_5XX', 'the answer ended before its metadata');
}

/** Resolves when the client takes more, or has gone. */
async function drained(client: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(client, 'drain', { signal }), once(client, 'close', { signal })]);
  over.abort();
}

function writeHead(client: ServerResponse, { statusCode, headers }: Prelude): void {
  for (const [name, value] of headers) client.appendHeader(name, value);
  client.writeHead(statusCode);
  client.flushHeaders();
}

function watchTime(body: Readable, clock: Clock): Disposable & { heard(): void } {
  const endAfter = (ms: number, limit: string) =>
    clock.after(ms, () => body.destroy(new GatewayError('INTEGRATION_TIMEOUT', `${limit}: ${ms} ms`)));
  const total = endAfter(gatewayLimits.totalMs, 'the longest answer');
  let idle = endAfter(gatewayLimits.idleMs, 'the longest silence');
  let heardAt = clock.now();
  return {
    heard() {
      // A busy stream doesn't need a new timer for every piece.
      if (clock.now() - heardAt < 1_000) return;
      heardAt = clock.now();
      idle[Symbol.dispose]();
      idle = endAfter(gatewayLimits.idleMs, 'the longest silence');
    },
    [Symbol.dispose]() {
      total[Symbol.dispose]();
      idle[Symbol.dispose]();
    },
  };
}

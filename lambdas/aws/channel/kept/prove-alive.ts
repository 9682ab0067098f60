import type { ClientHttp2Session } from 'node:http2';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import type { Clock } from '../../../../contract/clock.ts';

/** Resolves once the far end of a kept channel has answered. Throws ChannelBroken when it doesn't in time. */
export async function proveAlive(
  http: ClientHttp2Session,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<void> {
  // It was opened a moment ago, and would refuse to ping.
  if (http.connecting) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const give = (cause?: unknown) => reject(new ChannelBroken('the channel is dead', { cause }));
  using _late = clock.after(withinMs, () => give(new Error(`no word in ${withinMs} ms`)));
  try {
    if (!http.ping((error) => (error ? give(error) : resolve()))) give();
  } catch (cause) {
    give(cause);
  }
  await promise;
}

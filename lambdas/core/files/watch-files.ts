import { filesApi, type WatchEvent } from '../../../contract/agent/files.ts';
import type { FileChange } from '../../../contract/api/files/files.ts';
import { limits } from '../../../contract/api/limits.ts';
import { errorEvent } from '../error-event.ts';
import type { Answer, Call } from '../operation.ts';
import { withQuery } from '../with-query.ts';
import { assertStreamed, failureTold } from './last-event.ts';
import { type FilePorts, notePath, reachFiles } from './reach-files.ts';

const watchMs = limits.waitSeconds.max * 1000;
const beginsWithinMs = 30_000;

async function* changes(
  events: AsyncIterable<WatchEvent>,
  { requestId, letGo }: { readonly requestId: string; readonly letGo: Disposable },
): AsyncGenerator<FileChange> {
  using _ = letGo;
  try {
    for await (const event of events) {
      if (event.event === 'error') throw failureTold(event);
      if (event.event !== 'heartbeat') yield event;
    }
    yield { event: 'finished' };
  } catch (cause) {
    yield errorEvent(cause, requestId);
  }
}

/**
 * Tells what changes below a folder, for at most 280 s, and less when others wait for a channel to the sandbox: then the last event is
 * `finished`, and it is watched again by another call. Throws `invalid_request` for a call that wants no stream.
 */
export async function watchFiles(ports: FilePorts, call: Call<'watchFiles'>): Promise<Answer<'watchFiles'>> {
  assertStreamed(call);
  notePath(call, call.query);
  const over = new AbortController();
  const signal = AbortSignal.any([call.signal, over.signal]);
  const { method, path, events: event } = filesApi.watchFiles;
  const question = {
    method,
    path: withQuery(path, call.query),
    event,
    yields: true,
    withinMs: beginsWithinMs,
  };
  const events = await reachFiles(ports, call, (target) => ports.channel.events(target, question, signal));
  const letGo = ports.clock.after(watchMs, () => over.abort());
  return { status: 200, events: changes(events, { requestId: call.requestId, letGo }) };
}

import type { ServerHttp2Stream } from 'node:http2';
import { AgentError } from '../../../../contract/agent/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { homeApi } from '../../../../contract/home/home-api.ts';
import { sendEvents } from '../../files/api/send-events.ts';
import type { Home } from '../home.ts';
import { HomeFault } from '../home-fault.ts';

interface SaveTools {
  readonly home: Pick<Home, 'save'> | undefined;
  readonly clock: Clock;
}

const progressMs = 1_000;
const untilDone = new AbortController().signal;

/** Whether a request is for the home to be saved. */
export const isSaveRequest = (method: string, path: string): boolean =>
  method === homeApi.saveHome.method && path === homeApi.saveHome.path;

/** Saves the home and tells how far it is. Whoever asked may go: the save goes on. Rejects with AgentError. */
export async function answerSave(stream: ServerHttp2Stream, { home, clock }: SaveTools): Promise<void> {
  if (!home) throw new AgentError('conflict', 'the home of this sandbox is not kept');
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  stream.resume();
  await sendEvents(stream, { clock, signal: gone.signal }, async (emit) => {
    // What fails after it is an event, which has room for the fault.
    await emit({ event: 'heartbeat' });
    let toldMs = clock.now();
    const onProgress = (files: number, bytes: number) => {
      if (clock.now() - toldMs < progressMs) return;
      toldMs = clock.now();
      void emit({ event: 'progress', files, bytes }).catch(() => {});
    };
    const { summary, changed } = await home.save({ cause: 'asked', onProgress, signal: untilDone }).catch((error) => {
      throw unsaved(error);
    });
    await emit({ event: 'saved', checkpoint: summary, changed });
  });
}

function unsaved(error: unknown): unknown {
  if (!(error instanceof HomeFault)) return error;
  const code = error.code.startsWith('too_') || error.code === 'path_too_long' ? 'too_large' : 'transfer_failed';
  return new AgentError(code, `the home was not saved: ${error.message}`, {
    details: { fault: error.code },
    cause: error,
  });
}

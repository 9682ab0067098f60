// The process inside an environment: loads a function's bundle and answers one event after the other.
// Descriptor 3 is the connection to the Runtime API; `_HANDLER` says what to run, as `<file>.<export>`.

import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { clockFromSetting } from '../../contract/clock.ts';
import { lambdaContext } from './runtime/lambda-context.ts';
import { awslambda, isStreaming, type StreamingHandler } from './runtime/lambda-globals.ts';
import { ResponseStream } from './runtime/response-stream.ts';
import { type Invocation, RuntimeClient, reportedError } from './runtime/runtime-client.ts';
import { setting } from './runtime/settings.ts';

type Handler = (event: unknown, context: object) => unknown;

const clock = clockFromSetting(setting('MATRX_CLOCK'));
const client = new RuntimeClient(3, () => process.exit(0));

async function loadHandler(): Promise<Handler | StreamingHandler> {
  const [, file = '', name = ''] = /^(.*)\.([^.]+)$/.exec(setting('_HANDLER')) ?? [];
  const url = pathToFileURL(join(setting('LAMBDA_TASK_ROOT'), file)).href;
  // biome-ignore lint/plugin: which function to load is known only when the process runs, and its failure is reported
  const module: Record<string, unknown> = await import(url);
  const handler = module[name];
  if (typeof handler !== 'function') throw new TypeError(`${file} has no function "${name}"`);
  return handler as Handler;
}

async function answerStreaming(handler: StreamingHandler, invocation: Invocation): Promise<void> {
  const stream = new ResponseStream((headers) => client.openResponse(invocation.requestId, headers));
  const written = finished(stream, { readable: false });
  // Awaited below, or made pointless by a handler that fails first.
  written.catch(() => undefined);
  try {
    await handler(JSON.parse(invocation.event), stream, lambdaContext(invocation, clock));
    await written;
  } catch (error) {
    console.error(error);
    // An answer that is whole stays one, whatever its handler does afterwards.
    if (stream.writableEnded && !stream.errored) await written.catch(() => undefined);
    else if (stream.begun) await stream.fail(reportedError(error));
    else await client.reportError(invocation.requestId, reportedError(error));
  }
}

async function answer(handler: Handler, invocation: Invocation): Promise<void> {
  let value: unknown;
  try {
    value = await handler(JSON.parse(invocation.event), lambdaContext(invocation, clock));
  } catch (error) {
    console.error(error);
    return client.reportError(invocation.requestId, reportedError(error));
  }
  await client.respond(invocation.requestId, value);
}

Object.assign(globalThis, { awslambda });
// Most of a cold start is compiling; environments that come later find it done.
enableCompileCache(join(import.meta.dirname, 'compiled'));
const handler = await loadHandler().catch(async (error: unknown) => {
  console.error(error);
  await client.reportInitError(reportedError(error));
  process.exit(1);
});
flushCompileCache();
while (true) {
  const invocation = await client.next();
  if (isStreaming(handler)) await answerStreaming(handler, invocation);
  else await answer(handler as Handler, invocation);
}

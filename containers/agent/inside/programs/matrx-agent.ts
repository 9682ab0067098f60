// What shells and scripts in a sandbox say to the service, by the door inside. Nothing is imported here that takes long to load.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';

const usage = `usage: matrx-agent info                              what sandbox this is, as JSON
       matrx-agent heartbeat                         the sandbox is in use
       matrx-agent complete [<result>]               the work is done; the sandbox stops in peace
       matrx-agent error <what happened> [<result>]  the work has failed; the sandbox stops in peace

A result is a JSON object of at most 16 KB, or - for one on standard input; it stays in the sandbox's record.
Exits with 0 when it was heard, 1 when it wasn't, 2 for a mistake in the call.
`;

const answerWithinMs = 15_000;
const maxBytes = 64 * 1024;

class UsageError extends Error {}

interface Order {
  readonly method: 'GET' | 'POST';
  readonly path: '' | '/heartbeat' | '/complete' | '/error';
  readonly body?: object;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A result that is no object becomes one. */
function parseResult(text: string | undefined): object {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text === '-' ? readFileSync(0, 'utf8') : text);
    return isObject(value) ? value : { value };
  } catch {
    throw new UsageError('the result is not JSON');
  }
}

function orderOf([verb, first, second, ...rest]: readonly string[]): Order {
  const atMost = (words: 0 | 1 | 2): void => {
    const given = [first, second, ...rest].filter((word) => word !== undefined).length;
    if (given > words) throw new UsageError(`${verb} takes at most ${words} arguments, not ${given}`);
  };
  switch (verb) {
    case 'info':
      atMost(0);
      return { method: 'GET', path: '' };
    case 'heartbeat':
      atMost(0);
      return { method: 'POST', path: '/heartbeat' };
    case 'complete':
      atMost(1);
      return { method: 'POST', path: '/complete', body: parseResult(first) };
    case 'error':
      atMost(2);
      if (!first) throw new UsageError('error needs to be told what happened');
      return {
        method: 'POST',
        path: '/error',
        body: { error: first, ...(second !== undefined && { result: parseResult(second) }) },
      };
    default:
      throw new UsageError(verb === undefined ? 'nothing to do' : `there is no ${JSON.stringify(verb)}`);
  }
}

async function ask({ method, path, body }: Order): Promise<{ status: number; text: string }> {
  // biome-ignore lint/style/noProcessEnv: how a command is told of the door inside
  const { ORCHESTRATOR_URL: url, SANDBOX_ID: id } = process.env;
  if (!url || !id) throw new Error('this is no sandbox, or one without a door inside: ORCHESTRATOR_URL is not set');
  const sent = request(`${url}/sandboxes/${id}${path}`, { method, timeout: answerWithinMs });
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  sent.on('error', reject).on('timeout', () => sent.destroy(new Error(`no answer in ${answerWithinMs} ms`)));
  sent.on('response', (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('error', reject);
    answer.on('data', (piece: string) => {
      text += piece;
      if (text.length > maxBytes) sent.destroy(new Error(`an answer of more than ${maxBytes} bytes`));
    });
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
  });
  sent.end(body && JSON.stringify(body));
  return promise;
}

function detailOf(text: string): string {
  try {
    return String(JSON.parse(text).detail ?? text);
  } catch {
    return text;
  }
}

async function main(): Promise<number> {
  const { status, text } = await ask(orderOf(process.argv.slice(2)));
  if (status >= 300) throw new Error(detailOf(text));
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`matrx-agent: ${error.message}\n${isUsage ? usage : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  },
);

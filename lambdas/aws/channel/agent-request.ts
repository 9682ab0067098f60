import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { AgentErrorBody } from '../../../contract/agent/commands.ts';
import { agentErrors } from '../../../contract/agent/errors.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';

const mostErrorBytes = 64 * 1024;

export interface AgentRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/** Why a channel, and not what was asked through it, failed. */
export class ChannelBroken extends Error {
  override readonly name = 'ChannelBroken';
}

/** What the agent answered with in the place of what it was asked for. Everything in it is hostile. */
async function refusal(status: number, stream: ClientHttp2Stream): Promise<SandboxError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > mostErrorBytes) break;
    chunks.push(chunk);
  }
  return agentError(safeJson(Buffer.concat(chunks)), `the agent answers ${status}`);
}

function safeJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const isAgentCode = (code: string): code is keyof typeof agentErrors => Object.hasOwn(agentErrors, code);

/** An error of the agent's as callers get it: what it says goes to them only where the fault is theirs. */
export function agentError(body: unknown, otherwise: string): SandboxError {
  const parsed = AgentErrorBody.safeParse(body);
  if (!parsed.success || !isAgentCode(parsed.data.error.code))
    return new SandboxError('internal', 'internal error', { cause: new Error(otherwise) });
  const { code, message, details } = parsed.data.error;
  const outside = agentErrors[code].outside;
  const cause = new Error(`agent: ${code}: ${message.slice(0, 1_000)}`);
  if (outside === 'internal') return new SandboxError('internal', 'internal error', { cause });
  const { field, value, rule } = details;
  const shown = Object.entries({ field, value, rule }).filter(([, text]) => typeof text === 'string');
  const cut = Object.fromEntries(shown.map(([name, text]) => [name, String(text).slice(0, 200)]));
  return new SandboxError(outside, message.slice(0, 500), { details: cut, cause });
}

/**
 * Sends a request through a channel and answers with the stream of its body once the agent has said 200. Throws ChannelBroken when the
 * agent doesn't answer in `headersWithinMs` or the channel breaks, SandboxError for what the agent refuses.
 */
export async function agentRequest(
  http: ClientHttp2Session,
  request: AgentRequest,
  { clock, headersWithinMs, signal }: { clock: Clock; headersWithinMs: number; signal: AbortSignal },
): Promise<ClientHttp2Stream> {
  let stream: ClientHttp2Stream;
  try {
    const type = request.body === undefined ? {} : { 'content-type': 'application/json' };
    stream = http.request({ ':method': request.method, ':path': request.path, ...type });
  } catch (cause) {
    throw new ChannelBroken('the channel has ended', { cause });
  }
  const status = await new Promise<number>((resolve, reject) => {
    const late = clock.after(headersWithinMs, () => fail(new Error(`no answer in ${headersWithinMs} ms`)));
    const abort = () => fail(signal.reason);
    const fail = (cause?: unknown) => {
      settle();
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      reject(new ChannelBroken('the agent does not answer', { cause }));
    };
    const settle = () => {
      late[Symbol.dispose]();
      signal.removeEventListener('abort', abort);
      stream.off('error', fail).off('close', fail);
    };
    signal.addEventListener('abort', abort);
    stream.once('error', fail).once('close', fail);
    stream.once('response', (headers) => {
      settle();
      resolve(Number(headers[':status']));
    });
    stream.end(request.body === undefined ? undefined : JSON.stringify(request.body));
  });
  if (status === 200) return stream;
  throw await refusal(status, stream).catch((cause) => new ChannelBroken('the refusal was cut', { cause }));
}

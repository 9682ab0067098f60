import { SandboxError } from '../api/errors.ts';
import { AgentErrorBody } from './commands.ts';
import { agentErrors } from './errors.ts';

const isAgentCode = (code: string): code is keyof typeof agentErrors => Object.hasOwn(agentErrors, code);

/** An error of the agent's as callers get it: what it says goes to them only where the fault is theirs. */
export function toldError(body: unknown, otherwise: string): SandboxError {
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

const mostErrorBytes = 64 * 1024;

/** What the agent answered in the place of what it was asked for. Everything in it is hostile. Rejects when the body does. */
export async function readRefusal(status: number, body: AsyncIterable<Uint8Array>): Promise<SandboxError> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostErrorBytes) break;
  }
  return toldError(json(text), `the agent answers ${status}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { CommandResult } from '../../../contract/api/commands/command-result.ts';
import { ErrorBody } from '../../../contract/api/error-body.ts';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Caller } from './sandbox-calls.ts';

/** How a call ended: an answer, a refusal that says why, or a connection that broke. */
export type CallEnd =
  | { readonly kind: 'answered'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'broken'; readonly error: unknown };

// Far beyond what any call here may take: a call that needs this long hangs.
const hangMs = 60_000;

async function callEnd({ fetch, door }: Caller, method: string, path: string, body?: unknown): Promise<CallEnd> {
  let response: Response;
  let text: string;
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(hangMs);
  try {
    response = await fetch(door + path, { method, headers, signal, ...(body ? { body: JSON.stringify(body) } : {}) });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw new Error(`${method} ${path} hangs`, { cause: error });
    return { kind: 'broken', error };
  }
  if (response.ok) return { kind: 'answered', body: JSON.parse(text) };
  return { kind: 'refused', code: ErrorBody.parse(JSON.parse(text)).error.code };
}

function checkResult(end: CallEnd, stdout: string): void {
  if (end.kind !== 'answered') return;
  const result = CommandResult.parse(end.body);
  if (result.outcome !== 'exited' || result.exit_code !== 0) return;
  // A machine that dies between its report and the last of the output leaves a success that says what it lacks.
  const matches = result.truncated ? stdout.startsWith(result.stdout) : stdout === result.stdout;
  const counted = result.stdout_bytes === Buffer.byteLength(stdout);
  if (!matches || !counted) throw new Error(`a success that isn't: ${JSON.stringify(result)}`);
}

/**
 * What a caller does with a sandbox, whatever becomes of it: creates it, runs a short and a longer command, deletes it.
 * Answers how each call ended. Rejects when one hangs, answers in no known form, or invents a success.
 */
export async function workInSandbox(caller: Caller): Promise<CallEnd[]> {
  const created = await callEnd(caller, 'POST', '/sandboxes?wait=true', {});
  if (created.kind !== 'answered') return [created];
  const { sandbox_id: id } = created.body as Sandbox;
  const short = await callEnd(caller, 'POST', `/sandboxes/${id}/exec`, { command: 'echo short' });
  checkResult(short, 'short\n');
  const long = await callEnd(caller, 'POST', `/sandboxes/${id}/exec`, { command: 'echo a; sleep 0.4; echo b' });
  checkResult(long, 'a\nb\n');
  const removed = await callEnd(caller, 'DELETE', `/sandboxes/${id}`);
  return [created, short, long, removed];
}

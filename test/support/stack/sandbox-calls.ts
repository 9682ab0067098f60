import { expect } from 'vitest';
import type { CommandResult } from '../../../contract/api/commands/command-result.ts';
import type { ErrorBody } from '../../../contract/api/error-body.ts';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { SignedFetch } from './signed-fetch.ts';

/** A caller with the prefix of its door. */
export interface Caller {
  readonly fetch: SignedFetch;
  readonly door: '/v1' | '/iam/v1';
}

interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A call with a JSON body and answer. */
export async function call<Body>(
  { fetch, door }: Caller,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Body>> {
  const response = await fetch(door + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

/** A sandbox that is ready. */
export async function createReady(caller: Caller, input: object = {}): Promise<Sandbox> {
  const { status, body } = await call<Sandbox>(caller, 'POST', '/sandboxes?wait=true', input);
  expect(body).toMatchObject({ status: 'ready' });
  expect(status).toBe(201);
  return body;
}

/** The result of a command that could be started. */
export async function exec(caller: Caller, sandboxId: string, input: object): Promise<CommandResult> {
  const { status, body } = await call<CommandResult>(caller, 'POST', `/sandboxes/${sandboxId}/exec`, input);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

/** Expects a refusal in the one shape there is; answers its details. */
export async function expectError(answer: Promise<Answer<unknown>>, code: ErrorBody['error']['code'], status: number) {
  const { status: given, headers, body } = await answer;
  const { error } = body as ErrorBody;
  expect({ status: given, code: error?.code, body }).toMatchObject({ status, code });
  expect(error.request_id).toBe(headers.get('x-request-id'));
  expect(Object.keys(error).sort()).toEqual(['code', 'details', 'hint', 'message', 'request_id', 'retry']);
  return error.details;
}

/** Polls until the sandbox has ended. */
export async function untilEnded(caller: Caller, sandboxId: string): Promise<Sandbox> {
  for (;;) {
    const { body } = await call<Sandbox>(caller, 'GET', `/sandboxes/${sandboxId}`);
    if (body.ended_at !== null) return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import {
  type Assignment,
  agentRoutes,
  type Complete,
  type Heartbeat,
  type HeartbeatReply,
  type Hello,
  type OutcomeReport,
  type PoolPlace,
  type ReportError,
} from '../../../contract/api/agent-reports.ts';
import { doors } from '../../../contract/api/doors.ts';
import { errorCodes } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import type { Link } from './link.ts';
import { LinkError } from './link-error.ts';
import { RefusedError } from './refused-error.ts';
import { Sha256 } from './sha256.ts';
import type { TaskCredentials } from './task-credentials.ts';

interface Options {
  readonly link: Link;
  readonly credentials: Pick<TaskCredentials, 'get' | 'forget'>;
  readonly region: string;
  readonly apiUrl: URL;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const Refusal = z.object({ error: z.object({ code: z.enum(errorCodes), message: z.string() }) });

/**
 * The agent's door of the control plane, signed with the task's own credentials. Each call is one attempt; it rejects
 * with RefusedError (what the control plane says) or LinkError (no answer, or none of the protocol).
 */
export class ControlPlane {
  readonly #options: Required<Options>;

  constructor(options: Options) {
    this.#options = { timeoutMs: 10_000, ...options };
  }

  hello(body: Hello, signal?: AbortSignal): Promise<Assignment | PoolPlace> {
    return this.#call('hello', '', body, agentRoutes.hello.answers[200], signal);
  }

  heartbeat(sandboxId: string, body: Heartbeat, signal?: AbortSignal): Promise<HeartbeatReply> {
    return this.#call('heartbeat', sandboxId, body, agentRoutes.heartbeat.answers[200], signal);
  }

  async reportOutcomes(sandboxId: string, outcomes: OutcomeReport[], signal?: AbortSignal): Promise<void> {
    await this.#call('reportOutcomes', sandboxId, { outcomes }, agentRoutes.reportOutcomes.answers[200], signal);
  }

  /** Whether the word counts: false when something else had ended the sandbox before. */
  async complete(sandboxId: string, body: Complete, signal?: AbortSignal): Promise<boolean> {
    return (await this.#call('complete', sandboxId, body, agentRoutes.complete.answers[200], signal)).accepted;
  }

  /** As `complete`, of work that has failed. */
  async reportError(sandboxId: string, body: ReportError, signal?: AbortSignal): Promise<boolean> {
    return (await this.#call('reportError', sandboxId, body, agentRoutes.reportError.answers[200], signal)).accepted;
  }

  /** Credentials for the user's part of the storage. */
  storageCredentials(sandboxId: string, signal?: AbortSignal): Promise<StorageCredentials> {
    return this.#call('storageCredentials', sandboxId, undefined, agentRoutes.storageCredentials.answers[200], signal);
  }

  async #call<T extends z.ZodType>(
    name: keyof typeof agentRoutes,
    sandboxId: string,
    input: unknown,
    schema: T,
    signal?: AbortSignal,
  ): Promise<z.infer<T>> {
    const { method, path } = agentRoutes[name];
    const { apiUrl, link, timeoutMs, credentials } = this.#options;
    const url = new URL(apiUrl);
    url.pathname = apiUrl.pathname.replace(/\/$/, '') + doors.agent.prefix + path.replace('{sandbox_id}', sandboxId);
    const body = JSON.stringify(input);
    const headers = await this.#sign(method, url, body, signal);
    const answer = await link.send({ method, url, headers, body, timeoutMs, signal });
    if (answer.status !== 200) {
      if (answer.status === 401 || answer.status === 403) credentials.forget();
      throw refusal(answer.status, answer.body);
    }
    const parsed = schema.safeParse(json(answer.body));
    if (!parsed.success) throw new LinkError('garbage', `the answer to ${name} is not one`, { cause: parsed.error });
    return parsed.data;
  }

  async #sign(method: string, url: URL, body: string, signal?: AbortSignal): Promise<Record<string, string>> {
    const { region, clock, credentials } = this.#options;
    const signer = new SignatureV4({
      credentials: await credentials.get(signal),
      region,
      service: 'execute-api',
      sha256: Sha256,
    });
    const { protocol, hostname, pathname: path } = url;
    const headers = { host: url.host, 'content-type': 'application/json' };
    const signed = await signer.sign(
      { method, protocol, hostname, path, headers, body },
      { signingDate: new Date(clock.now()) },
    );
    return signed.headers;
  }
}

function refusal(status: number, body: string): RefusedError | LinkError {
  const parsed = Refusal.safeParse(json(body));
  if (!parsed.success) return new LinkError('garbage', `the control plane answers ${status} without a code`);
  return new RefusedError(parsed.data.error.code, parsed.data.error.message);
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

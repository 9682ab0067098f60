// Two calls of Systems Manager, signed and sent with what the client of ECS has: a client of its own is 86 kB in a bundle, most of it the
// errors and shapes of other calls.

import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../../../../contract/clock.ts';
import { translateError } from '../../translate-error.ts';
import { SsmError } from './ssm-error.ts';

/**
 * An action upon a session. Repeated when it was one too many or nobody answered in time. Throws SsmError, what the connection broke
 * with, or AbortError.
 */
export type SsmCall = (
  action: 'ResumeSession' | 'TerminateSession',
  sessionId: string,
  signal?: AbortSignal,
) => Promise<{ readonly TokenValue?: unknown }>;

interface Options {
  readonly clock: Clock;
  /** @default what the environment names, or AWS's own of the region */
  readonly endpoint?: string;
  readonly maxAttempts?: number;
}

interface Answer {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Readable;
  };
}

const attemptMs = 10_000;
// As the SDK waits: up to this after the first attempt, up to twice as long after each further one.
const pauseMs = { rate_limited: 500, unavailable: 100 };

/** Calls by the connections, the credentials and the region of a client of ECS. */
export function ssmCalls({ config }: ECSClient, { clock, endpoint, maxAttempts = 3 }: Options): SsmCall {
  const { credentials, region, sha256, requestHandler } = config;
  const signer = new SignatureV4({ service: 'ssm', credentials, region, sha256 });

  async function attempt(...[action, sessionId, caller]: Parameters<SsmCall>) {
    const late = AbortSignal.timeout(attemptMs);
    const abortSignal = caller ? AbortSignal.any([caller, late]) : late;
    const { protocol, hostname, port, host } = new URL(endpoint ?? endpointOf(await region()));
    const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AmazonSSM.${action}` };
    const body = JSON.stringify({ SessionId: sessionId });
    const to = { protocol, hostname, ...(port ? { port: Number(port) } : {}), path: '/', query: {} };
    const request = await signer.sign({ method: 'POST', ...to, headers, body });
    const { response }: Answer = await requestHandler.handle(request, { abortSignal });
    const said = await text(addAbortSignal(abortSignal, response.body));
    if (response.statusCode !== 200) throw SsmError.of(response.statusCode, response.headers, said);
    return JSON.parse(said);
  }

  return async (action, sessionId, signal) => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt(action, sessionId, signal);
      } catch (error) {
        const { code } = translateError('channel', error);
        const isPassing = code === 'rate_limited' || code === 'unavailable';
        if (!isPassing || attempts >= maxAttempts || signal?.aborted) throw error;
        await clock.sleep(Math.random() * pauseMs[code] * 2 ** (attempts - 1), signal);
      }
    }
  };
}

function endpointOf(region: string): string {
  // biome-ignore lint/style/noProcessEnv: the setting that the SDK's own clients read, and none of ours
  const named = process.env['AWS_ENDPOINT_URL_SSM'];
  return named || `https://ssm.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

import type { ClientHttp2Session } from 'node:http2';
import { type ECSClient, ExecuteCommandCommand } from '@aws-sdk/client-ecs';
import { connectHttp } from '../../../../channel/near/http.ts';
import { proveNear } from '../../../../channel/near/prove.ts';
import { openSession } from '../../../../channel/near/session.ts';
import { channelContext } from '../../../../contract/agent/channel-context.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { container } from '../../../../contract/deployment.ts';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import { translateError } from '../../translate-error.ts';
import type { SsmCall } from '../ssm/ssm-calls.ts';
import { endSession, resumeSession } from './sessions.ts';

/** What sessions are opened with. `ecs` must never repeat a call by itself. */
export interface Sessions {
  readonly ecs: ECSClient;
  readonly ssm: SsmCall;
  readonly cluster: string;
}

export interface OpenOptions {
  readonly machine: Acquaintance;
  /** Told which session has begun, before anything is known of it. */
  readonly onSession: (sessionId: string) => void;
  /** Whether the channel may say a word of its own, to be kept. */
  readonly mayTalk: () => boolean;
}

/** An open, proven channel to a sandbox's agent. */
export interface OpenChannel {
  readonly http: ClientHttp2Session;
  /** Ends it in peace; true when its slot is free then. Never rejects. */
  close(): Promise<boolean>;
  /** Ends it at once, by the service; its slot may be free a moment later. Never rejects. */
  terminate(): Promise<boolean>;
}

/**
 * Whether this machine has had a channel a moment ago. The exec agent of a young task connects seconds after its sandbox is ready; one that
 * was connected and isn't has most likely gone with its machine.
 */
export type Acquaintance = 'new' | 'known';

// Definite refusals that pass, and for how many milliseconds each may go on.
const passing: Readonly<Record<Acquaintance, Readonly<Record<string, number>>>> = {
  new: { TargetNotConnectedException: 20_000, ThrottlingException: 20_000, InvalidParameterException: 5_000 },
  known: { TargetNotConnectedException: 2_000, ThrottlingException: 20_000, InvalidParameterException: 0 },
};
const firstPauseMs = 250;
const proofTimeoutMs = 5_000;

/** Starts a session of `attach`, which nobody has opened yet. Never repeats a call that may have started one. */
export async function executeAttach(
  { ecs, cluster }: Sessions,
  target: ChannelTarget,
  { clock, machine }: { clock: Clock; machine: Acquaintance },
) {
  const since = clock.now();
  const command = new ExecuteCommandCommand({
    cluster,
    task: target.taskArn,
    container: container.name,
    command: container.attach,
    interactive: true,
  });
  for (let pause = firstPauseMs; ; pause *= 1.5) {
    try {
      return (await ecs.send(command)).session;
    } catch (error) {
      const patience = error instanceof Error ? (passing[machine][error.name] ?? 0) : 0;
      if (clock.now() - since + pause > patience) throw unreachable(error);
      await clock.sleep(pause);
    }
  }
}

/** A failure on the way to a sandbox as callers get it. */
export function unreachable(error: unknown): SandboxError {
  const known = translateError('channel', error);
  if (known.code !== 'internal') return known;
  return new SandboxError('unavailable', 'channel: the sandbox can not be reached', {
    details: { part: 'channel' },
    cause: error,
    retryAfterSeconds: 5,
  });
}

/**
 * Opens a session of `attach` in the task, has both ends prove themselves, and speaks HTTP/2 over it. A connection that is lost is
 * resumed. Throws `unavailable` or `rate_limited`, and then nothing of the session is left, here or there.
 */
export async function openChannel(
  sessions: Sessions,
  target: ChannelTarget,
  { clock, machine, onSession, mayTalk }: OpenOptions & { readonly clock: Clock },
): Promise<OpenChannel> {
  const { sessionId, streamUrl, tokenValue } = (await executeAttach(sessions, target, { clock, machine })) ?? {};
  if (!sessionId || !streamUrl || !tokenValue) throw unreachable(new Error('ExecuteCommand answers no session'));
  onSession(sessionId);
  const context = channelContext({ ...target, poolMember: target.agent.pool_member });
  const key = Buffer.from(target.agent.channel_key, 'base64');
  const resume = resumeSession(sessions.ssm, sessionId);
  try {
    const session = openSession({ streamUrl, tokenValue, clock, resume });
    try {
      await session.ready;
      await proveNear(session.stream, { key, context }, clock, proofTimeoutMs);
    } catch (error) {
      await session.close();
      throw error;
    }
    const http = connectHttp(session.stream, { clock, mayTalk });
    return {
      http,
      close: async () => {
        http.close();
        const { reason } = await session.close();
        if (reason === 'closed' || reason === 'ended') return true;
        await endSession(sessions.ssm, sessionId);
        return false;
      },
      terminate: async () => {
        http.destroy();
        session.stream.destroy();
        await endSession(sessions.ssm, sessionId);
        return false;
      },
    };
  } catch (error) {
    await endSession(sessions.ssm, sessionId);
    throw unreachable(error);
  }
}

import type { ClientHttp2Session } from 'node:http2';
import { renewalMac } from '../../../channel/codec/grant-key.ts';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { openSession } from '../../../channel/near/session.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import type { Access } from '../../../contract/api/access.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Connection } from '../../connection.ts';
import { send } from '../../http/send/send.ts';
import { askAgent } from './ask-agent.ts';

/** An open channel of this process's own. */
export interface OpenAccess {
  readonly http: ClientHttp2Session;
  /** Ends the channel and gives its slot back. Never rejects. */
  close(): Promise<void>;
}

const proofTimeoutMs = 10_000;
// A renewal that fails is tried again in half of the time that is left, but not more often than this.
const leastPauseMs = 1_000;

const identityOf = ({ channel_key, context }: Access) => ({ key: Buffer.from(channel_key, 'base64'), context });

/** The grant goes on under a later one, as the service gives it, before it expires; for as long as the service does. */
function keepRenewed(connection: Connection, first: Access, http: ClientHttp2Session): void {
  const { clock } = connection;
  const over = new AbortController();
  http.once('close', () => over.abort());
  const renew = async (): Promise<Access> => {
    const params = { sandbox_id: first.sandbox_id, grant: first.grant_id };
    const later = await send(
      connection,
      'resumeAccess',
      { params, body: { stream_token: false } },
      { signal: over.signal },
    );
    const mac = renewalMac(identityOf(later), later.grant).toString('base64');
    const { method, path } = agentApi.renewGrant;
    const request = { method, path, body: { grant: later.grant, mac } };
    const answer = await askAgent(http, request, { clock, signal: over.signal });
    answer.resume();
    return later;
  };
  const run = async () => {
    let access = first;
    for (let left = leftOf(access, clock.now()); left > 0; left = leftOf(access, clock.now())) {
      await clock.sleep(Math.max(left / 2, leastPauseMs), over.signal);
      // Refused or not, the present grant is good until it expires; then the agent ends the channel.
      access = await renew().catch(() => access);
    }
  };
  run().catch(() => undefined);
}

const leftOf = ({ expires_at }: Access, nowMs: number): number => Date.parse(expires_at) - nowMs;

/** Another token for the session after a cut; undefined when it is over. */
async function resume(connection: Connection, access: Access, signal: AbortSignal) {
  const params = { sandbox_id: access.sandbox_id, grant: access.grant_id };
  try {
    const { session } = await send(connection, 'resumeAccess', { params, body: {} }, { signal });
    return session.token === null ? undefined : { tokenValue: session.token };
  } catch (error) {
    if (error instanceof SandboxError && !error.retry) return undefined;
    throw error;
  }
}

/**
 * Asks for a channel, opens its stream and has both ends prove themselves. Throws what the service says, `connection_lost` where
 * the stream couldn't be opened; nothing of the channel is left then.
 */
export async function openAccess(connection: Connection, sandboxId: string, signal: AbortSignal): Promise<OpenAccess> {
  const { clock } = connection;
  const access = await send(connection, 'createAccess', { params: { sandbox_id: sandboxId }, body: {} }, { signal });
  const giveBack = async () => {
    const params = { sandbox_id: sandboxId, grant: access.grant_id };
    // Without this its slot is free only when the agent has given the channel up, a minute after its last word.
    await send(connection, 'endAccess', { params }).catch(() => undefined);
  };
  const { stream_url: streamUrl, token } = access.session;
  try {
    if (token === null) throw new SandboxError('bad_answer', 'the service opened a channel without a token');
    const session = openSession({
      streamUrl,
      tokenValue: token,
      clock,
      connect: connection.webSocket,
      resume: (cut) => resume(connection, access, cut),
    });
    try {
      await session.ready;
      await proveNear(session.stream, { ...identityOf(access), grant: access.grant }, clock, proofTimeoutMs);
    } catch (cause) {
      await session.close();
      throw new SandboxError('connection_lost', 'the channel to the sandbox could not be opened', { cause });
    }
    const http = connectHttp(session.stream, { clock });
    keepRenewed(connection, access, http);
    return {
      http,
      close: async () => {
        http.close();
        await session.close();
        await giveBack();
      },
    };
  } catch (error) {
    await giveBack();
    throw error;
  }
}

import { grantIdentity } from '../../../channel/codec/grant-key.ts';
import { channelContext } from '../../../contract/agent/channel-context.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessRecord, ClientChannels } from '../../core/access/ports.ts';
import type { HeldSlot } from '../dynamodb/slots/slot-leases.ts';
import { translateError } from '../translate-error.ts';
import { executeAttach, type Sessions, unreachable } from './kept/open-channel.ts';
import { endSession, resumeSession } from './kept/sessions.ts';
import { settleMs } from './kept/take-turn.ts';
import { type SlotTools, waitForSlot } from './kept/wait-for-slot.ts';

interface Options extends Omit<SlotTools, 'endSession'> {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

// `attach` outlives a holder that went without a word by a minute, and clocks differ.
const beyondExpiryMs = 75_000;
const patienceMs = 20_000;
const resumeMs = 5_000;
// Patience ends the wait for a slot.
const never = new AbortController().signal;

const slotOf = ({ grant, lease }: AccessRecord): HeldSlot => ({ sandboxId: grant.sandbox_id, ...lease });

/** Sessions of ECS Exec that are opened here and used by callers. What goes through them is between caller and agent. */
export function clientChannels({ sessions, leases, line, clock }: Options): ClientChannels {
  const tools: SlotTools = { leases, line, clock, endSession: (sessionId) => endSession(sessions.ssm, sessionId) };
  return {
    open: async (target, { grant_id, expires_at }) => {
      const lease = await waitForSlot(tools, target, { patienceMs, signal: never, toLend: true });
      let begun: string | undefined;
      try {
        const options = { clock, machine: 'new' } as const;
        const { sessionId, streamUrl, tokenValue } = (await executeAttach(sessions, target, options)) ?? {};
        begun = sessionId;
        if (!sessionId || !streamUrl || !tokenValue) throw new Error('ExecuteCommand answers no session');
        const isLent = await leases.lend(lease, grant_id, Date.parse(expires_at) + beyondExpiryMs);
        if (!isLent) throw new Error('the slot was lost while its session was opened');
        const { slot, fence } = lease;
        return { session: { id: sessionId, streamUrl }, lease: { slot, fence }, token: tokenValue };
      } catch (error) {
        if (begun !== undefined) await tools.endSession(begun);
        await leases.release(lease, begun === undefined ? 0 : clock.now() + settleMs).catch(() => undefined);
        throw unreachable(error);
      }
    },
    keep: (access, expiresAtMs) => leases.keepUntil(slotOf(access), expiresAtMs + beyondExpiryMs),
    resume: async ({ session }) => {
      try {
        const resumed = await resumeSession(sessions.ssm, session.id)(AbortSignal.timeout(resumeMs));
        return resumed?.tokenValue;
      } catch (error) {
        throw translateError('channel', error);
      }
    },
    end: async (access) => {
      // One that can't be ended is cut off by the agent when its grant ends.
      await endSession(sessions.ssm, access.session.id).catch(() => false);
      await leases.release(slotOf(access), clock.now() + settleMs).catch(() => undefined);
    },
    keyFor: ({ sandboxId, generation, agent }, grantText) => {
      const own = channelContext({ sandboxId, generation, poolMember: agent.pool_member });
      const owner = { key: Buffer.from(agent.channel_key, 'base64'), context: own };
      const { key, context } = grantIdentity(owner, grantText);
      return { context, channel_key: Buffer.from(key).toString('base64') };
    },
  };
}

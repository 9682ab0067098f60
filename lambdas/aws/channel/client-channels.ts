import { grantIdentity } from '../../../channel/codec/grant-key.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessRecord, ChannelTarget, ClientChannels } from '../../core/ports.ts';
import type { HeldSlot, Lease, SlotLeases } from '../dynamodb/slot-leases.ts';
import type { SlotLine } from '../dynamodb/slot-line.ts';
import { translateError } from '../translate-error.ts';
import { executeAttach, type Sessions, unreachable } from './open-channel.ts';
import { endSession, resumeSession } from './sessions.ts';
import { settleMs, slotsOf, wantedMs } from './wait-for-slot.ts';

interface Options {
  readonly sessions: Sessions;
  readonly leases: SlotLeases;
  readonly line: Pick<SlotLine, 'want'>;
  readonly clock: Clock;
}

// The first slot is never a caller's own, so that exec always has one.
const firstSlot = 1;
// `attach` outlives a holder that went without a word by a minute, and clocks differ.
const beyondExpiryMs = 75_000;
const patienceMs = 20_000;
const pauseMs = 500;
const resumeMs = 5_000;
const retrySeconds = 15;

const slotOf = ({ grant, lease }: AccessRecord): HeldSlot => ({ sandboxId: grant.sandbox_id, ...lease });

/** Sessions of ECS Exec that are opened here and used by callers. What goes through them is between caller and agent. */
export function clientChannels({ sessions, leases, line, clock }: Options): ClientChannels {
  const waitForSlot = async (target: ChannelTarget, untilMs: number): Promise<Lease> => {
    const { sandboxId } = target;
    const slots = slotsOf(target);
    const deadline = clock.now() + patienceMs;
    while (slots > firstSlot) {
      for (let slot = firstSlot; slot < slots; slot++) {
        const lease = await leases.take(sandboxId, slot, untilMs + beyondExpiryMs - clock.now());
        if (lease !== undefined) return lease;
      }
      if (clock.now() + pauseMs > deadline) break;
      await line.want(sandboxId, clock.now() + wantedMs);
      await clock.sleep(pauseMs);
    }
    throw new SandboxError('capacity_unavailable', `no channel to ${sandboxId} is free for a caller to hold`, {
      details: { channels: Math.max(0, slots - firstSlot) },
      retryAfterSeconds: retrySeconds,
    });
  };
  return {
    open: async (target, expiresAtMs) => {
      const lease = await waitForSlot(target, expiresAtMs);
      try {
        const options = { clock, machine: 'new' } as const;
        const { sessionId, streamUrl, tokenValue } = (await executeAttach(sessions, target, options)) ?? {};
        if (!sessionId || !streamUrl || !tokenValue) throw new Error('ExecuteCommand answers no session');
        const { slot, fence } = lease;
        return { session: { id: sessionId, streamUrl }, lease: { slot, fence }, token: tokenValue };
      } catch (error) {
        await leases.release(lease).catch(() => undefined);
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
      const owner = { key: Buffer.from(agent.channel_key, 'base64'), context: `${sandboxId}/${generation}` };
      const { key, context } = grantIdentity(owner, grantText);
      return { context, channel_key: Buffer.from(key).toString('base64') };
    },
  };
}

import type { Clock } from '../../../../contract/clock.ts';
import type { Log } from '../../log.ts';
import { isoTime } from '../../time.ts';
import type { Announce, SandboxRecords, Transition } from '../ports.ts';
import type { SandboxRecord } from '../record.ts';

interface Ports {
  readonly announce: Announce;
  readonly clock: Clock;
  readonly log: Log;
}

function transitionOf(previous: SandboxRecord | undefined, next: SandboxRecord, nowMs: number): Transition | undefined {
  if (previous?.status === next.status) return undefined;
  const { sandbox_id, user_id } = next;
  const stop_reason = 'stop_reason' in next ? next.stop_reason : null;
  return { sandbox_id, user_id, from: previous?.status ?? null, to: next.status, stop_reason, at: isoTime(nowMs) };
}

/** Tells of a transition that has been written. Never rejects. */
export type Tell = (previous: SandboxRecord | undefined, next: SandboxRecord) => Promise<void>;

/** One audit line and one announcement each; one that can't be announced is still in the log. */
export const teller =
  ({ announce, clock, log }: Ports): Tell =>
  async (previous, next) => {
    const transition = transitionOf(previous, next, clock.now());
    if (transition === undefined) return;
    const { sandbox_id: sandboxId, user_id: userId, from, to, stop_reason: stopReason } = transition;
    const facts = { event: 'sandbox.transition', sandboxId, userId, from, to, stopReason };
    log.info('transition', { ...facts, outcome: 'ok' });
    await announce(transition).catch((error: unknown) =>
      log.error('announcement', { ...facts, outcome: 'failed', error }),
    );
  };

/**
 * The same writes, each transition followed by its audit line and its announcement. Only who has won a conditional write gets
 * there, so each is told once at most; one that can't be announced is still written, and in the log.
 */
export function announced(
  records: Pick<SandboxRecords, 'create' | 'replace'>,
  ports: Ports,
): Pick<SandboxRecords, 'create' | 'replace'> {
  const tell = teller(ports);
  return {
    create: async (creation) => {
      const created = await records.create(creation);
      if (created.kind === 'created') await tell(undefined, creation.record);
      return created;
    },
    replace: async (previous, next, release) => {
      const isWritten = await records.replace(previous, next, release);
      if (isWritten) await tell(previous, next);
      return isWritten;
    },
  };
}

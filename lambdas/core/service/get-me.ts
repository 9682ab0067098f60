import type { Clock } from '../../../contract/clock.ts';
import type { Deployment } from '../deployment.ts';
import type { Answer, Call } from '../operation.ts';
import { minuteOf } from '../quotas/minute.ts';
import type { RateWindows, UserQuotas } from '../quotas/ports.ts';
import { deploymentQuota, quotaOfUser } from '../quotas/quota-of-user.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';

interface Ports {
  readonly records: Pick<SandboxRecords, 'countLive'>;
  readonly quotas: Pick<UserQuotas, 'of'>;
  readonly windows: Pick<RateWindows, 'used'>;
  readonly deployment: Deployment;
  readonly clock: Clock;
}

async function useOf({ records, windows, clock }: Ports, userId: string) {
  const minuteMs = minuteOf(clock.now());
  const [live_sandboxes, creates_this_minute, commands_this_minute] = await Promise.all([
    records.countLive(userId),
    windows.used(userId, 'creates', minuteMs),
    windows.used(userId, 'commands', minuteMs),
  ]);
  return { live_sandboxes, creates_this_minute, commands_this_minute };
}

/** Who the caller is, what it may, its quota and its use. */
export async function getMe(ports: Ports, { caller }: Call<'getMe'>): Promise<Answer<'getMe'>> {
  const general = deploymentQuota(ports.deployment);
  const { kind, principal } = caller;
  if (caller.kind === 'service') {
    const body = { kind, principal, user_id: null, admin: false, scopes: [], quota: general, use: null };
    return { status: 200, body };
  }
  const [override, use] = await Promise.all([ports.quotas.of(principal), useOf(ports, principal)]);
  const quota = quotaOfUser(general, override);
  const user_id = caller.admin ? null : principal;
  return {
    status: 200,
    body: { kind, principal, user_id, admin: caller.admin, scopes: [...caller.scopes], quota, use },
  };
}

import type { QuotaOverride, UserQuota } from '../../../contract/api/use/quota.ts';
import type { Deployment } from '../deployment.ts';

/** What the deployment gives every user. */
export const deploymentQuota = ({ quotas }: Pick<Deployment, 'quotas'>): UserQuota => ({
  live_sandboxes: quotas.live_sandboxes_per_user,
  creates_per_minute: quotas.creates_per_user_per_minute,
  commands_per_minute: quotas.commands_per_user_per_minute,
});

/** What rules for a user: what was set for it alone, else what the deployment gives every user. */
export const quotaOfUser = (general: UserQuota, override: QuotaOverride | undefined): UserQuota => ({
  live_sandboxes: override?.live_sandboxes ?? general.live_sandboxes,
  creates_per_minute: override?.creates_per_minute ?? general.creates_per_minute,
  commands_per_minute: override?.commands_per_minute ?? general.commands_per_minute,
});

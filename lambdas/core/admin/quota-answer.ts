import type { QuotaOverride } from '../../../contract/api/use/quota.ts';
import type { Deployment } from '../deployment.ts';
import { deploymentQuota, quotaOfUser } from '../quotas/quota-of-user.ts';

/** A user's quota as operators see it: what rules, and what of it was set for this user. */
export const quotaAnswer = (deployment: Deployment, user_id: string, override: QuotaOverride | undefined) => ({
  status: 200 as const,
  body: { user_id, quota: quotaOfUser(deploymentQuota(deployment), override), override: override ?? null },
});

import * as z from 'zod';
import { limits } from '../limits.ts';

const bound = (max: number) => z.number().int().min(0).max(max);

/** What one user may have and do. 0 = nothing at all. */
export const UserQuota = z
  .object({
    live_sandboxes: bound(limits.quotas.liveSandboxes).describe('that have not ended'),
    creates_per_minute: bound(limits.quotas.createsPerMinute),
    commands_per_minute: bound(limits.quotas.commandsPerMinute),
  })
  .meta({ id: 'UserQuota' });
export type UserQuota = z.infer<typeof UserQuota>;

/** What an operator has set for one user; the rest is the deployment's. */
export const QuotaOverride = z.strictObject(UserQuota.partial().shape).meta({ id: 'QuotaOverride' });
export type QuotaOverride = z.infer<typeof QuotaOverride>;

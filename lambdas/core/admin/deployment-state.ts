import type * as z from 'zod';
import type { DeploymentState } from '../../../contract/api/use/admin.ts';
import type { DeploymentSettings, Spend } from './ports.ts';

/** The deployment as operators see it. */
export const deploymentState = (
  settings: DeploymentSettings,
  { todayUsd, running, usdPerHour }: Spend,
): z.infer<typeof DeploymentState> => ({
  accepting: settings.accepting,
  reason: settings.reason,
  daily_spend_cap_usd: settings.daily_spend_cap_usd,
  changed_at: settings.changed_at,
  changed_by: settings.changed_by,
  spent_today_usd: todayUsd,
  running_sandboxes: running,
  usd_per_hour: usdPerHour,
});

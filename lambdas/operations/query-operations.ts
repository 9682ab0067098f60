import { getDeployment } from '../core/admin/get-deployment.ts';
import { getPools } from '../core/admin/get-pools.ts';
import { getQuota } from '../core/admin/get-quota.ts';
import { getSandbox } from '../core/sandboxes/get-sandbox.ts';
import { listSandboxes } from '../core/sandboxes/list-sandboxes.ts';
import { readLog } from '../core/sandboxes/logs/read-log.ts';
import { getLimits } from '../core/service/get-limits.ts';
import { getMe } from '../core/service/get-me.ts';
import { getOpenapi } from '../core/service/get-openapi.ts';
import { listTemplates } from '../core/service/list-templates.ts';
import { getMetrics } from '../core/usage/get-metrics.ts';
import { getUsage } from '../core/usage/get-usage.ts';

/** What only reads. */
export const queryOperations = {
  getSandbox,
  listSandboxes,
  readLog,
  getMe,
  getLimits,
  getUsage,
  getMetrics,
  getDeployment,
  getPools,
  getQuota,
  getOpenapi,
  listTemplates,
};

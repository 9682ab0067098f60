import { deleteQuota } from '../core/admin/delete-quota.ts';
import { patchDeployment } from '../core/admin/patch-deployment.ts';
import { putQuota } from '../core/admin/put-quota.ts';
import { stopAll } from '../core/admin/stop-all.ts';
import { createSandbox } from '../core/sandboxes/create/create-sandbox.ts';
import { deleteSandbox } from '../core/sandboxes/delete-sandbox.ts';
import { patchSandbox } from '../core/sandboxes/patch-sandbox.ts';
import { getHealth } from '../core/service/get-health.ts';
import { getHealthReport } from '../core/service/get-health-report.ts';

/** What creates, changes and ends sandboxes, and what operators do. */
export const lifecycleOperations = {
  createSandbox,
  patchSandbox,
  deleteSandbox,
  getHealth,
  getHealthReport,
  patchDeployment,
  stopAll,
  putQuota,
  deleteQuota,
};

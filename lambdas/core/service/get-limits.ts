import { limits } from '../../../contract/api/limits.ts';
import { sizeNames, sizes } from '../../../contract/api/sandboxes/sizes.ts';
import { usdPerHour } from '../../../contract/api/use/prices.ts';
import type { Deployment } from '../deployment.ts';
import type { Answer } from '../operation.ts';
import { poolInfo } from '../pool/pool-info.ts';
import type { Pool } from '../pool/ports.ts';

/** Sizes with their prices, and every bound of the API and of this deployment. */
export async function getLimits({
  deployment,
  pools,
}: {
  readonly deployment: Deployment;
  readonly pools: readonly Pool[];
}): Promise<Answer<'getLimits'>> {
  const priced = sizeNames.map((name) => ({
    name,
    ...sizes[name],
    usd_per_hour: usdPerHour({ ...sizes[name], disk_gb: limits.diskGb.default }),
  }));
  return {
    status: 200,
    body: { sizes: priced, limits: { ...limits }, deployment: deployment.quotas, pools: pools.map(poolInfo) },
  };
}

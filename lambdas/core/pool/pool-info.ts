import type * as z from 'zod';
import { type PoolInfo, poolUsdPerHour } from '../../../contract/api/use/pools.ts';
import type { Pool } from './ports.ts';

/** A pool as it is meant to be, with its price. */
export const poolInfo = ({ template, size, count }: Pool): z.infer<typeof PoolInfo> => ({
  template,
  size,
  count,
  usd_per_hour: poolUsdPerHour({ size, count }),
});

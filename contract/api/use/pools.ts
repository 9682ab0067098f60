import * as z from 'zod';
import { TemplateName } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { type SizeName, sizeNames, sizes } from '../sandboxes/sizes.ts';
import { usdPerHour } from './prices.ts';

/** Machines of one template and size that wait for sandboxes. */
export const PoolInfo = z.object({
  template: TemplateName,
  size: z.enum(sizeNames),
  count: z.number().int().describe('how many are meant to wait'),
  usd_per_hour: z.number().describe('what so many cost while they wait, as cost_usd counts'),
});

/** What a pool costs in an hour that it is full. */
export const poolUsdPerHour = ({ size, count }: { readonly size: SizeName; readonly count: number }): number =>
  Math.round(count * usdPerHour({ ...sizes[size], disk_gb: limits.diskGb.default }) * 1e6) / 1e6;

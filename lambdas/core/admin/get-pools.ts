import type { Answer, Call } from '../operation.ts';
import { poolInfo } from '../pool/pool-info.ts';
import type { Pool, PoolMember, PoolMembers } from '../pool/ports.ts';
import { assertOperator } from './assert-operator.ts';

const isOf =
  ({ template, size }: Pool) =>
  (member: PoolMember): boolean =>
    member.template === template && member.size === size;

/** The pools of the deployment, how many machines wait in each, and what that costs. Throws `forbidden`. */
export async function getPools(
  { pools, pool }: { readonly pools: readonly Pool[]; readonly pool: Pick<PoolMembers, 'all'> },
  { caller }: Call<'getPools'>,
): Promise<Answer<'getPools'>> {
  assertOperator(caller);
  const members = await pool.all();
  const shown = pools.map((one) => {
    const own = members.filter(isOf(one));
    const idle = own.filter(({ agent }) => agent !== null).length;
    return { ...poolInfo(one), idle, starting: own.length - idle };
  });
  return { status: 200, body: { pools: shown } };
}

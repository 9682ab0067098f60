import type { Deployment } from '../deployment.ts';
import type { Answer, Call } from '../operation.ts';
import type { UserQuotas } from '../quotas/ports.ts';
import { assertOperator } from './assert-operator.ts';
import { quotaAnswer } from './quota-answer.ts';

/** What a user may have and do. Throws `forbidden`. */
export async function getQuota(
  { quotas, deployment }: { readonly quotas: Pick<UserQuotas, 'of'>; readonly deployment: Deployment },
  { caller, params }: Call<'getQuota'>,
): Promise<Answer<'getQuota'>> {
  assertOperator(caller);
  return quotaAnswer(deployment, params.user_id, await quotas.of(params.user_id));
}

import type { Deployment } from '../deployment.ts';
import type { Answer, Call } from '../operation.ts';
import type { UserQuotas } from '../quotas/ports.ts';
import { assertOperator } from './assert-operator.ts';
import { quotaAnswer } from './quota-answer.ts';

/** Sets what a user may have and do; what it has already, it keeps. Throws `forbidden`. */
export async function putQuota(
  { quotas, deployment }: { readonly quotas: Pick<UserQuotas, 'set'>; readonly deployment: Deployment },
  { caller, params, body, note }: Call<'putQuota'>,
): Promise<Answer<'putQuota'>> {
  assertOperator(caller);
  note({ userId: params.user_id, quota: JSON.stringify(body) });
  await quotas.set(params.user_id, body);
  return quotaAnswer(deployment, params.user_id, body);
}

import type { Deployment } from '../deployment.ts';
import type { Answer, Call } from '../operation.ts';
import type { UserQuotas } from '../quotas/ports.ts';
import { assertOperator } from './assert-operator.ts';
import { quotaAnswer } from './quota-answer.ts';

/** Gives a user the quotas of the deployment again. Throws `forbidden`. */
export async function deleteQuota(
  { quotas, deployment }: { readonly quotas: Pick<UserQuotas, 'remove'>; readonly deployment: Deployment },
  { caller, params, note }: Call<'deleteQuota'>,
): Promise<Answer<'deleteQuota'>> {
  assertOperator(caller);
  note({ userId: params.user_id });
  await quotas.remove(params.user_id);
  return quotaAnswer(deployment, params.user_id, undefined);
}

import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { assertOperator } from './assert-operator.ts';
import { deploymentState } from './deployment-state.ts';
import type { DeploymentRecords } from './ports.ts';

/** Whether sandboxes can be created, and what those that run cost. Throws `forbidden`. */
export async function getDeployment(
  { operators, clock }: { readonly operators: Pick<DeploymentRecords, 'settings' | 'spend'>; readonly clock: Clock },
  { caller }: Call<'getDeployment'>,
): Promise<Answer<'getDeployment'>> {
  assertOperator(caller);
  const [settings, spend] = await Promise.all([operators.settings(), operators.spend(clock.now())]);
  return { status: 200, body: deploymentState(settings, spend) };
}

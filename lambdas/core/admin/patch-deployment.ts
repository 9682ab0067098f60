import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { isoTime } from '../time.ts';
import { assertOperator } from './assert-operator.ts';
import { deploymentState } from './deployment-state.ts';
import type { DeploymentChanges, DeploymentRecords } from './ports.ts';

function changesOf({ accepting, reason, daily_spend_cap_usd }: Call<'patchDeployment'>['body']): DeploymentChanges {
  return {
    ...(accepting === undefined ? {} : { accepting, reason: reason ?? null }),
    ...(daily_spend_cap_usd === undefined ? {} : { daily_spend_cap_usd }),
  };
}

/** Opens or closes the deployment for new sandboxes, or caps what a day may cost. Throws `forbidden`. */
export async function patchDeployment(
  { operators, clock }: { readonly operators: DeploymentRecords; readonly clock: Clock },
  { caller, body, note }: Call<'patchDeployment'>,
): Promise<Answer<'patchDeployment'>> {
  assertOperator(caller);
  const changes = changesOf(body);
  note({ ...changes });
  const now = clock.now();
  const settings = await operators.change(changes, isoTime(now), caller.principal);
  return { status: 200, body: deploymentState(settings, await operators.spend(now)) };
}

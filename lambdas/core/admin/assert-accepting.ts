import { SandboxError } from '../../../contract/api/errors.ts';
import type { DeploymentRecords } from './ports.ts';

const closedRetrySeconds = 60;
const dayMs = 86_400_000;

/** Throws `closed` while the deployment takes no new sandboxes: an operator said so, or the day has cost what it may. */
export async function assertAccepting(
  operators: Pick<DeploymentRecords, 'settings' | 'spend'>,
  nowMs: number,
): Promise<void> {
  const { accepting, reason, daily_spend_cap_usd: cap } = await operators.settings();
  if (!accepting)
    throw new SandboxError('closed', `no sandboxes are created at present: ${reason ?? 'an operator closed it'}`, {
      details: { reason },
      retryAfterSeconds: closedRetrySeconds,
    });
  if (cap === null) return;
  const { todayUsd } = await operators.spend(nowMs);
  if (todayUsd < cap) return;
  throw new SandboxError(
    'closed',
    `sandboxes have cost the ${cap} dollars of today; a new day begins at midnight UTC`,
    {
      details: { reason: 'daily_spend_cap', rule: `expected less than ${cap} dollars a day` },
      retryAfterSeconds: Math.ceil((dayMs - (nowMs % dayMs)) / 1000),
    },
  );
}

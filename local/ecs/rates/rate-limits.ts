import { accountLimits } from '../../../contract/account-limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { BeforeAction } from '../../aws/json-service.ts';
import { TokenBucket } from './token-bucket.ts';

const exceeded = () => new AwsError('ThrottlingException', 'Rate exceeded');

/** Refuses the calls and launches beyond ECS's published rates. */
export function rateLimits(clock: Clock): BeforeAction {
  const { ecsChanges, ecsReads, ecsRegistrations } = accountLimits;
  const [modifying, reading, registering] = [ecsChanges, ecsReads, ecsRegistrations].map(
    (limit) => new TokenBucket(clock, limit),
  );
  const launches = new TokenBucket(clock, accountLimits.launches);
  const buckets: Readonly<Record<string, TokenBucket | undefined>> = {
    RunTask: modifying,
    StopTask: modifying,
    ExecuteCommand: modifying,
    DescribeTasks: reading,
    ListTasks: reading,
    RegisterTaskDefinition: registering,
  };
  return (operation, input) => {
    if (buckets[operation]?.take() === false) throw exceeded();
    if (operation === 'RunTask' && !launches.take(countOf(input))) throw exceeded();
  };
}

/** How many tasks a RunTask nobody has checked yet asks for. */
function countOf(input: unknown): number {
  const { count } = input as { count?: unknown };
  return typeof count === 'number' && count >= 1 && count <= 10 ? count : 1;
}

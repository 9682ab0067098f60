import type { Clock } from '../../contract/clock.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { BeforeAction } from '../aws/json-service.ts';
import { TokenBucket } from './token-bucket.ts';

// What ECS publishes for an account and region: "Request throttling for the Amazon ECS API", "Fargate service quotas".
const modify = { burst: 100, perSecond: 40 };
const read = { burst: 100, perSecond: 20 };
const register = { burst: 20, perSecond: 1 };
const launch = { burst: 100, perSecond: 20 };

const exceeded = () => new AwsError('ThrottlingException', 'Rate exceeded');

/** Refuses the calls and launches beyond ECS's published rates. */
export function rateLimits(clock: Clock): BeforeAction {
  const [modifying, reading, registering] = [modify, read, register].map((limit) => new TokenBucket(clock, limit));
  const launches = new TokenBucket(clock, launch);
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

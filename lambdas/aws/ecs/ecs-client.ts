import { ECSClient } from '@aws-sdk/client-ecs';
import { requestLimits } from '../request-limits.ts';

type Options = ConstructorParameters<typeof ECSClient>[0];

/** For calls that are harmless to repeat: it tries again by itself. Made once per environment. */
export const ecsClient = (options: Options = {}): ECSClient =>
  new ECSClient({ maxAttempts: 3, requestHandler: requestLimits(2_000, 10_000), ...options });

/** For ExecuteCommand, which has no client token: a repeated call would open a second session. */
export const execClient = (options: Options = {}): ECSClient => ecsClient({ ...options, maxAttempts: 1 });

import type { MethodDeploymentOptions } from 'aws-cdk-lib/aws-apigateway';
import type { Need } from '../../contract/api/needs.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import { type DeployedRoute, deployedRoutes } from './paths.ts';

// Fargate launches 20 tasks a second in an account, and ECS takes 40 changes.
const changesTasks: ReadonlySet<Need> = new Set(['tasks:run', 'tasks:stop']);
const share = 5;

/** What anybody can call, and what makes ECS act, gets a fifth: neither may use up what the others need. */
const isScarce = ({ door, row }: DeployedRoute): boolean =>
  door === 'open' || row.needs.some((need) => changesTasks.has(need));

/** The rate of each method, by API Gateway's key for it. */
export function methodThrottles(throttle: DeployConfig['throttle']): Record<string, MethodDeploymentOptions> {
  return Object.fromEntries(
    deployedRoutes.map((route) => {
      const { path, row } = route;
      const divisor = isScarce(route) ? share : 1;
      return [
        `${path}/${row.method}`,
        {
          throttlingRateLimit: Math.ceil(throttle.requestsPerSecond / divisor),
          throttlingBurstLimit: Math.ceil(throttle.burst / divisor),
        },
      ];
    }),
  );
}

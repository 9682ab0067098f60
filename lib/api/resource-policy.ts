import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Door, doors } from '../../contract/api/doors.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import { executePaths, stageName } from './paths.ts';

const callersDoors = (Object.keys(doors) as Door[]).filter((door) => door !== 'agent');

/**
 * Who may come to which door, before any authorizer is asked. Pure: the same settings give the same document.
 *
 * The doors that ask for a signature get no Allow at all. A caller of this account needs one in its own policy, and one of
 * another account needs both sides and so never gets in. Cognito's methods and the open ones need an Allow to work.
 */
export function resourcePolicy(config: DeployConfig, taskRoleArn: string): PolicyDocument {
  const preflights = config.corsOrigins.length > 0 ? [`${stageName}/OPTIONS${doors.person.prefix}/*`] : [];
  const allowed = [...executePaths('open'), ...executePaths('person'), ...preflights];
  const ofCallers = [...callersDoors.flatMap((door) => executePaths(door)), ...preflights];
  return new PolicyDocument({
    statements: [
      statement('Callers', Effect.ALLOW, allowed),
      ...(config.allowPublicIngress
        ? []
        : [
            statement('CallersFromElsewhere', Effect.DENY, ofCallers, {
              NotIpAddress: { 'aws:SourceIp': config.ingressCidrs },
            }),
          ]),
      statement('AgentsOnly', Effect.DENY, executePaths('agent'), {
        ArnNotEquals: { 'aws:PrincipalArn': taskRoleArn },
      }),
    ],
  });
}

const statement = (
  sid: string,
  effect: Effect,
  paths: readonly string[],
  conditions: Record<string, Record<string, unknown>> = {},
): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: paths.map((path) => `execute-api:/${path}`),
    conditions,
  });

import { type Compute, type ComputeOptions, createCompute } from '../../ecs/create-compute.ts';
import type { Engine } from '../../engines/engine.ts';
import type { Run } from '../run.ts';
import type { SandboxLog } from './open-sandbox-log.ts';

/** What sandboxes need of parts that start after them, and that need them in turn. */
export interface Outside {
  gatewayUrl: string;
  onEvent: (event: object) => Promise<void>;
}

/** Nobody to hand events to yet: whoever has one keeps it and tries again. */
export const nothingOutside = (): Outside => ({
  gatewayUrl: '',
  onEvent: () => Promise.reject(new Error('the functions have not started')),
});

type Choices = Pick<ComputeOptions, 'network' | 'pace' | 'faults' | 'storage'> & { readonly sandboxLog: SandboxLog };

/** ECS and its exec sessions on the engine's machines. */
export function openCompute(run: Run, engine: Engine, outside: Outside, given: Choices): Promise<Compute> {
  const { sandboxLog, ...choices } = given;
  const { dataDir, principals, clock, region, logs, hazards } = run;
  return createCompute({
    ...choices,
    dataDir,
    engine,
    principals,
    clock,
    region,
    hazards,
    accountId: principals.accountId,
    environment: run.clockVariables,
    gatewayUrl: () => outside.gatewayUrl,
    onEvent: (event) => outside.onEvent(event),
    onLog: (sandboxId, line, taskId) => {
      logs.agents.write(`${sandboxId} ${line}\n`);
      sandboxLog.write(taskId, line);
    },
    onRefused: (message) => logs.aws.write(`ssm ${message}\n`),
  });
}

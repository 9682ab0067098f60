import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTasksCommand,
  ECSClient,
  ExecuteCommandCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Session,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { type ComputeOptions, createCompute } from '../../../local/ecs/create-compute.ts';
import type { TaskStateChange } from '../../../local/ecs/events/state-change-event.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { processEngine } from './process-engine.ts';

export const taskRoleArn = 'arn:aws:iam::000000000000:role/sandbox-task';

export const network = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

/** A folder of the test's own, gone with it. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'matrx-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs `check` until it answers something, and answers that. The test's own time-out is the limit. */
export async function eventually<T>(check: () => Promise<T | undefined> | T | undefined, everyMs = 10): Promise<T> {
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

// ECS refuses who asks more often than 20 times a second for long.
const describeEveryMs = 60;

export type TestCompute = Partial<Omit<ComputeOptions, 'hazards'>> & { readonly hazards?: HazardSettings };

/** ECS and sessions with real SDK clients for them; everything ends with the test. */
export async function startCompute({ hazards, ...options }: TestCompute = {}) {
  const events: TaskStateChange[] = [];
  const principals = options.principals ?? new Principals();
  const compute = await createCompute({
    dataDir: options.dataDir ?? temporaryFolder(),
    engine: processEngine(),
    principals,
    clock: systemClock,
    region: 'us-east-1',
    accountId: principals.accountId,
    onEvent: (event) => void events.push(event),
    gatewayUrl: () => 'http://127.0.0.1:1',
    pace: 'fast',
    onRefused: () => undefined,
    ...options,
    hazards: readHazards(hazards),
  });
  const { credentials } = principals.issueService('caller');
  const client = { region: 'us-east-1', credentials, maxAttempts: 1 };
  const ecs = new ECSClient({ ...client, endpoint: compute.ecsUrl });
  const ssm = new SSMClient({ ...client, endpoint: compute.ssmUrl });
  const stop = async () => {
    ecs.destroy();
    ssm.destroy();
    await compute[Symbol.asyncDispose]();
  };
  onTestFinished(stop);

  const cluster = compute.clusterName;
  const describe = async (task: string): Promise<Task | undefined> =>
    (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))).tasks?.[0];
  return {
    ...compute,
    cluster,
    ecs,
    ssm,
    events,
    principals,
    stop,
    describe,
    /** Registers a family whose container runs `script`; its stop time-out is in seconds. */
    async register(script: string, family = 'base', stopTimeout = 2): Promise<string> {
      const { taskDefinition } = await ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          taskRoleArn,
          cpu: '256',
          memory: '512',
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          containerDefinitions: [{ name: 'sandbox', image: 'base', command: ['/bin/sh', '-c', script], stopTimeout }],
        }),
      );
      return String(taskDefinition?.taskDefinitionArn);
    },
    async run(input: Partial<RunTaskCommandInput> = {}): Promise<string> {
      const { tasks } = await ecs.send(
        new RunTaskCommand({
          cluster,
          taskDefinition: 'base',
          launchType: 'FARGATE',
          networkConfiguration: network,
          enableExecuteCommand: true,
          ...input,
        }),
      );
      return String(tasks?.[0]?.taskArn);
    },
    stopTask: (task: string, reason?: string) =>
      ecs.send(new StopTaskCommand({ cluster, task, ...(reason && { reason }) })),
    /** Resolves with the task once it is in this state. */
    reaches: (task: string, lastStatus: string) =>
      eventually(async () => {
        const found = await describe(task);
        return found?.lastStatus === lastStatus ? found : undefined;
      }, describeEveryMs),
    /** Resolves with a session's offer once the task's exec agent is up. */
    execute: (task: string, command: string): Promise<Session> =>
      eventually(async () => {
        const input = { cluster, task, command, interactive: true };
        const { containers } = (await describe(task)) ?? {};
        if (containers?.[0]?.managedAgents?.[0]?.lastStatus !== 'RUNNING') return undefined;
        return (await ecs.send(new ExecuteCommandCommand(input))).session;
      }, describeEveryMs),
  };
}

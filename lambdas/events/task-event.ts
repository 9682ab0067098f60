import * as z from 'zod';
import { container } from '../../contract/deployment.ts';
import type { TaskReport } from '../core/sandboxes/life/settle-task.ts';

/** What is read of EventBridge's "ECS Task State Change". */
export const TaskEvent = z.object({
  detail: z.object({
    taskArn: z.string(),
    startedBy: z.string().optional(),
    version: z.number().int(),
    lastStatus: z.string(),
    desiredStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    containers: z
      .array(z.object({ name: z.string(), exitCode: z.number().int().optional(), reason: z.string().optional() }))
      .default([]),
  }),
});

/** The event in the words of the domain. */
export function reportOf({ detail }: z.output<typeof TaskEvent>): TaskReport {
  const sandbox = detail.containers.find(({ name }) => name === container.name);
  const { taskArn, startedBy, version, lastStatus, desiredStatus, stopCode, stoppedReason } = detail;
  return {
    arn: taskArn,
    id: taskArn.slice(taskArn.lastIndexOf('/') + 1),
    startedBy,
    version,
    lastStatus,
    desiredStatus,
    evidence: { stopCode, stoppedReason, exitCode: sandbox?.exitCode, containerReason: sandbox?.reason },
  };
}

import { join } from 'node:path';
import { logStreamOf } from '../../../contract/deployment.ts';
import { type CloudWatchLogs, createCloudWatchLogs } from '../../logs/create-cloud-watch-logs.ts';
import type { Run } from '../run.ts';

/** The log group of all sandboxes' containers. */
export interface SandboxLog extends AsyncDisposable, Pick<CloudWatchLogs, 'url' | 'groupName'> {
  /** A line of a task's container. */
  write(taskId: string, line: string): void;
}

/** CloudWatch Logs with the group of the deployment in it. */
export async function openSandboxLog({ dataDir, principals, region, clock, hazards }: Run): Promise<SandboxLog> {
  const dir = join(dataDir, 'logs', 'sandboxes');
  const logs = await createCloudWatchLogs({ dir, groupName: 'matrx-sandboxes', principals, region, clock, hazards });
  return {
    url: logs.url,
    groupName: logs.groupName,
    write: (taskId, line) => logs.write(logStreamOf(taskId), line),
    [Symbol.asyncDispose]: () => logs[Symbol.asyncDispose](),
  };
}

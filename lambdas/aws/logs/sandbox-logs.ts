import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  InvalidParameterException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { SandboxError } from '../../../contract/api/errors.ts';
import { logStreamOf } from '../../../contract/deployment.ts';
import type { SandboxLogs } from '../../core/sandboxes/logs/ports.ts';
import { requestLimits } from '../request-limits.ts';
import { translateError } from '../translate-error.ts';

type Options = ConstructorParameters<typeof CloudWatchLogsClient>[0];

/** Made once per environment. */
export const logsClient = (options: Options = {}): CloudWatchLogsClient =>
  new CloudWatchLogsClient({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000, 10_000),
    ...options,
  });

const notOurs = (cause: unknown): SandboxError => {
  const rule = 'expected next_cursor of an earlier answer';
  return new SandboxError('invalid_request', `cursor is not one of this log, ${rule}`, {
    details: { field: 'query.cursor', rule },
    cause,
  });
};

/** The logs of containers in CloudWatch, a stream for each task of the one group. */
export function sandboxLogs(client: Pick<CloudWatchLogsClient, 'send'>, logGroupName: string): SandboxLogs {
  return {
    read: async (taskId, token, limit) => {
      const command = new GetLogEventsCommand({
        logGroupName,
        logStreamName: logStreamOf(taskId),
        startFromHead: true,
        limit,
        ...(token === undefined ? {} : { nextToken: token }),
      });
      try {
        const { events = [], nextForwardToken } = await client.send(command);
        const lines = events.map(({ timestamp = 0, message = '' }) => ({ atMs: timestamp, message }));
        return { lines, token: nextForwardToken };
      } catch (error) {
        // A stream is made with its first line.
        if (error instanceof ResourceNotFoundException) return { lines: [], token };
        if (error instanceof InvalidParameterException && token !== undefined) throw notOurs(error);
        throw translateError('logs', error);
      }
    },
  };
}

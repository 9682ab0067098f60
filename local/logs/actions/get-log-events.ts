import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import type { LogStore } from '../log-store.ts';

const mostEvents = 10_000;

const tokenAt = (offset: number): string => `f/${String(offset).padStart(56, '0')}/s`;

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^f\/(\d{56})\/s$/.exec(token)?.[1];
  if (offset === undefined) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  return Number(offset);
}

/** Forward from the head, which is all that the service asks for. */
export const getLogEvents = (group: { readonly name: string; readonly store: LogStore }) =>
  (({ logGroupName, logStreamName, nextToken, startFromHead, limit = mostEvents }) => {
    if (!startFromHead) throw new AwsError('InvalidParameterException', 'startFromHead has to be true here.');
    if (!Number.isInteger(limit) || limit < 1 || limit > mostEvents) {
      throw new AwsError('InvalidParameterException', `limit must be between 1 and ${mostEvents}.`);
    }
    if (logGroupName !== group.name) {
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    const stream = group.store.find(String(logStreamName));
    if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    const { lines, offset } = stream.read(offsetOf(nextToken), limit);
    return {
      events: lines.map((line) => ({ ...line, ingestionTime: line.timestamp })),
      nextForwardToken: tokenAt(offset),
      nextBackwardToken: `b/${String(offset).padStart(56, '0')}/s`,
    };
  }) satisfies Action<GetLogEventsCommandInput, GetLogEventsCommandOutput>;

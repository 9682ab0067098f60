import type { Context } from 'aws-lambda';
import type { Clock } from '../../../contract/clock.ts';
import type { Invocation } from './runtime-client.ts';
import { setting } from './settings.ts';

const noop = () => undefined;

/** The handler's third (or second) argument. */
export function lambdaContext({ requestId, deadlineMs, functionArn }: Invocation, clock: Clock): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: setting('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: setting('AWS_LAMBDA_FUNCTION_VERSION'),
    invokedFunctionArn: functionArn,
    memoryLimitInMB: setting('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    awsRequestId: requestId,
    logGroupName: setting('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: setting('AWS_LAMBDA_LOG_STREAM_NAME'),
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.now()),
    done: noop,
    fail: noop,
    succeed: noop,
  };
}

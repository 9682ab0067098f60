import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Transform } from 'node:stream';
import { AwsError } from '../../aws/aws-error.ts';
import type { CallHooks } from '../../hazards/call-faults.ts';
import { CutOnPurpose } from '../hazards/body-faults.ts';
import type { S3Answer, S3Call } from './call.ts';
import type { OperationRow } from './operations.ts';
import { readCall, type S3World } from './read-call.ts';
import { sendAnswer, sendError } from './send-answer.ts';

/** What may befall the bodies of one call. */
export interface BodyFaults {
  readonly up: readonly Transform[];
  readonly down: readonly Transform[];
}

export interface S3ServiceOptions extends S3World, CallHooks {
  readonly bodyFaults: (operation: string) => BodyFaults;
  /** Gets what an operation threw that isn't an AwsError. */
  readonly onUnexpected: (operation: string, error: unknown) => void;
}

/** S3 on the wire: every request is signed, for a known operation and allowed before it is run. */
export function createS3Listener(options: S3ServiceOptions): RequestListener {
  return async (request, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    response.setHeader('x-amz-id-2', randomBytes(32).toString('base64'));
    try {
      const { answer, faults } = await carryOut(request, options);
      await sendAnswer(request, response, answer, faults.down);
    } catch (error) {
      // A caller that hung up in the middle gets no answer and needs none.
      if (!(error instanceof AwsError) || response.headersSent) return void response.destroy();
      sendError(request, response, error, requestId);
    }
  };
}

async function carryOut(request: IncomingMessage, options: S3ServiceOptions) {
  const { call, row } = await readCall(request, options);
  const faults = options.bodyFaults(row.name);
  await options.before(row.name, call.headers);
  const answer = await run(row, { ...call, bodyFaults: faults.up }, options);
  try {
    await options.after(row.name);
  } catch (error) {
    await answer.body?.release();
    throw error;
  }
  return { answer, faults };
}

async function run(row: OperationRow, call: S3Call, { onUnexpected }: S3ServiceOptions): Promise<S3Answer> {
  try {
    return await row.run(call);
  } catch (error) {
    if (error instanceof AwsError || error instanceof CutOnPurpose) throw error;
    onUnexpected(row.name, error);
    throw new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
  }
}

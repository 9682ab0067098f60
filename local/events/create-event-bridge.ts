import { randomUUID } from 'node:crypto';
import type { PutEventsCommandInput, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import type { Clock } from '../../contract/clock.ts';
import { AwsError } from '../aws/aws-error.ts';
import { type Action, createJsonService, type JsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';

export interface EventBridgeOptions {
  readonly principals: Principals;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  /** Gets each event that was put, in EventBridge's envelope. */
  readonly onEvent: (event: object) => void;
}

const entry = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string().refine(isObject, 'Detail is malformed.'),
  Resources: z.array(z.string()).default([]),
  EventBusName: z.literal('default').optional(),
});
const input = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

/** EventBridge on the wire, with the default bus and its one operation: PutEvents. */
export function createEventBridge({ principals, clock, region, accountId, onEvent }: EventBridgeOptions): JsonService {
  const putEvents = ((raw) => {
    const checked = input.safeParse(raw);
    if (!checked.success) throw new AwsError('ValidationException', '1 to 10 entries are expected.');
    // Each entry has an answer of its own: one that can't be taken keeps no other from being taken.
    const answers = checked.data.Entries.map((one) => {
      const { success, data } = entry.safeParse(one);
      if (!success) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'The entry is not valid.' };
      const id = randomUUID();
      onEvent({
        version: '0',
        id,
        'detail-type': data.DetailType,
        source: data.Source,
        account: accountId,
        time: new Date(clock.now()).toISOString(),
        region,
        resources: data.Resources,
        detail: JSON.parse(data.Detail),
      });
      return { EventId: id };
    });
    return { Entries: answers, FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length };
  }) satisfies Action<PutEventsCommandInput, PutEventsCommandOutput>;

  return createJsonService({
    target: 'AWSEvents',
    service: 'events',
    region,
    principals,
    clock,
    jsonVersion: '1.1',
    internalError: 'InternalException',
    actions: { PutEvents: putEvents },
  });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

import { z } from 'zod';
import type { Clock } from '../../contract/clock.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { AfterAction, BeforeAction } from '../aws/json-service.ts';
import { occasionFields, strikes } from './occasion.ts';
import { randomFor } from './random.ts';

/**
 * What befalls a call: refused as one too many, refused for its condition (conditional writes), failed by the service, cut
 * off before it is carried out or after it, so that its caller can't tell which, or carried out late.
 */
const fate = z.union([
  z.enum(['throttle', 'condition', 'fail', 'cut', 'lose-answer']),
  z.strictObject({ delayMs: z.int().min(1) }),
]);

export const callFault = z.strictObject({
  service: z.enum(['dynamodb', 'ecs', 'logs', 'ssm', 's3', 'sts']),
  /** AWS's name of it. @default every operation */
  operation: z.string().min(1).optional(),
  fate,
  ...occasionFields,
});

type CallFault = z.output<typeof callFault>;

/** The words in which one service refuses. `condition` is undefined for a call that has none. */
export interface Refusals {
  throttle(): AwsError;
  fail(): AwsError;
  condition?(operation: string, input: unknown): AwsError | undefined;
}

/** The refusals of ECS, Systems Manager and CloudWatch Logs. */
export const plainRefusals = (internalError: string): Refusals => ({
  throttle: () => new AwsError('ThrottlingException', 'Rate exceeded'),
  fail: () => new AwsError(internalError, 'The service failed on purpose.', 500),
});

export interface CallHooks {
  readonly before: BeforeAction;
  readonly after: AfterAction;
}

export interface CallFaultsOptions {
  readonly service: CallFault['service'];
  readonly faults: readonly CallFault[];
  readonly seed: number;
  readonly refusals: Refusals;
  readonly clock: Clock;
}

/** What a service does around its operations so that its calls suffer the faults that are configured for it. */
export function callFaults({ service, faults, seed, refusals, clock }: CallFaultsOptions): CallHooks {
  const mine = faults
    .map((fault, index) => ({ ...fault, strikes: strikes(fault, randomFor(seed, `calls ${index}`)) }))
    .filter((fault) => fault.service === service);
  const striking = (operation: string, isAfter: boolean) =>
    mine.filter(
      (fault) =>
        (fault.fate === 'lose-answer') === isAfter &&
        (fault.operation === undefined || fault.operation === operation) &&
        fault.strikes(),
    );

  return {
    async before(operation, input) {
      for (const { fate } of striking(operation, false)) {
        if (typeof fate === 'object') await clock.sleep(fate.delayMs);
        else if (fate === 'cut') throw new Error(`${service} ${operation} is cut off on purpose`);
        else refuse(refusalOf(fate, refusals, operation, input));
      }
    },
    after(operation) {
      if (striking(operation, true).length > 0)
        throw new Error(`the answer of ${service} ${operation} is lost on purpose`);
    },
  };
}

function refusalOf(
  fate: CallFault['fate'],
  refusals: Refusals,
  operation: string,
  input: unknown,
): AwsError | undefined {
  if (fate === 'throttle') return refusals.throttle();
  if (fate === 'fail') return refusals.fail();
  return refusals.condition?.(operation, input);
}

function refuse(error: AwsError | undefined): void {
  if (error) throw error;
}

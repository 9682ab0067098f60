import type { Listening } from '../../aws/listen.ts';
import { createEventBridge } from '../../events/create-event-bridge.ts';
import type { Run } from '../run.ts';
import type { Outside } from './open-compute.ts';
import { describeError } from './open-logs.ts';

/** EventBridge, for events that functions put: each goes to the log, and to the rules it matches. */
export function openEvents(run: Run, outside: Outside): Promise<Listening> {
  const { principals, clock, region, logs } = run;
  return createEventBridge({
    principals,
    clock,
    region,
    accountId: principals.accountId,
    onEvent: (event) => {
      logs.events.write(`${JSON.stringify(event)}\n`);
      outside.onEvent(event).catch((error) => logs.aws.write(`events ${describeError(error)}\n`));
    },
  }).listen();
}

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { transitionEvent } from '../../../contract/events.ts';
import type { Announce } from '../../core/sandboxes/ports.ts';

type Options = ConstructorParameters<typeof EventBridgeClient>[0];

// Somebody waits for the transition that is announced.
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_500 };

/** A client that gives up soon. Made once per environment. */
export const eventBridgeClient = (options: Options = {}): EventBridgeClient =>
  new EventBridgeClient({ maxAttempts: 2, requestHandler, ...options });

/** Puts each transition on the account's default bus. */
export function eventBridge(client: EventBridgeClient): Announce {
  const { source, detailType } = transitionEvent;
  return async (transition) => {
    const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(transition) };
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused) throw new Error(`EventBridge refused it: ${refused.ErrorCode} ${refused.ErrorMessage ?? ''}`);
  };
}

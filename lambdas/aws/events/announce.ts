import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { poolTakenEvent, transitionEvent } from '../../../contract/events.ts';
import type { AnnounceTaken } from '../../core/pool/ports.ts';
import type { Announce } from '../../core/sandboxes/ports.ts';
import { requestLimits } from '../request-limits.ts';

type Options = ConstructorParameters<typeof EventBridgeClient>[0];

// Somebody waits for the transition that is announced.
const requestHandler = requestLimits(500, 1_500);

/** A client that gives up soon. Made once per environment. */
export const eventBridgeClient = (options: Options = {}): EventBridgeClient =>
  new EventBridgeClient({ maxAttempts: 2, requestHandler, ...options });

interface Kind {
  readonly source: string;
  readonly detailType: string;
}

async function put(client: EventBridgeClient, { source, detailType }: Kind, detail: object): Promise<void> {
  const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
  const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused) throw new Error(`EventBridge refused it: ${refused.ErrorCode} ${refused.ErrorMessage ?? ''}`);
}

/** Puts each transition on the account's default bus, which deployments share: each names its own. */
export const eventBridge =
  (client: EventBridgeClient, deployment: string): Announce =>
  (transition) =>
    put(client, transitionEvent, { deployment, ...transition });

/** Says there that a pool has one machine less. */
export const poolTaken =
  (client: EventBridgeClient, deployment: string): AnnounceTaken =>
  ({ template, size }) =>
    put(client, poolTakenEvent, { deployment, template, size });

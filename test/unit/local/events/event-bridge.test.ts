import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../contract/clock.ts';
import { eventBridge, eventBridgeClient } from '../../../../lambdas/aws/events/announce.ts';
import type { Transition } from '../../../../lambdas/core/sandboxes/ports.ts';
import { Principals } from '../../../../local/aws/keys.ts';
import { createEventBridge } from '../../../../local/events/create-event-bridge.ts';

const transition: Transition = {
  sandbox_id: `sbx_${'0'.repeat(26)}`,
  user_id: 'ada',
  from: 'ready',
  to: 'shutting_down',
  stop_reason: 'expired',
  at: '2027-01-15T08:00:00.000Z',
};

async function begin() {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const principals = new Principals();
  const events: object[] = [];
  const service = createEventBridge({
    principals,
    clock: systemClock,
    region: 'us-east-1',
    accountId: principals.accountId,
    onEvent: (event) => void events.push(event),
  });
  const { url: endpoint } = stack.use(await service.listen());
  const { credentials } = principals.issueService('caller');
  const clientWith = (given: typeof credentials) => {
    const client = eventBridgeClient({ endpoint, region: 'us-east-1', credentials: given });
    stack.defer(() => client.destroy());
    return client;
  };
  return { events, client: clientWith(credentials), clientWith, principals };
}

test('a transition is put on the bus in EventBridge’s own envelope, with the deployment it is of', async () => {
  const { events, client, principals } = await begin();
  await eventBridge(client, 'matrx-dev')(transition);
  expect(events).toMatchObject([
    {
      version: '0',
      source: 'matrx.sandbox',
      'detail-type': 'Sandbox State Change',
      account: principals.accountId,
      detail: { deployment: 'matrx-dev', ...transition },
    },
  ]);
});

test('an entry that can not be taken is said to be, and keeps no other from being taken', async () => {
  const { events, client } = await begin();
  const good = { Source: 'me', DetailType: 'good', Detail: '{}' };
  const answer = await client.send(new PutEventsCommand({ Entries: [good, { ...good, Detail: 'no JSON' }] }));
  expect(answer).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) }, { ErrorCode: 'InvalidArgument' }],
  });
  expect(events).toHaveLength(1);
});

test('nobody without credentials puts events', async () => {
  const { events, clientWith } = await begin();
  const stranger = clientWith({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'guessed' });
  await expect(eventBridge(stranger, 'matrx-dev')(transition)).rejects.toThrow();
  expect(events).toEqual([]);
});

// The part of an agent that keeps a home, in a process of its own that can be killed: `node home-agent.ts <order>` restores,
// lets the user change the home, and saves it. It says `restoring`, `restored`, `saving`, `saved <checkpoint>`, a line each.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Marks } from '../../../containers/agent/commands/launch/marks.ts';
import { StorageLink } from '../../../containers/agent/files/transfer/storage-link.ts';
import { Home } from '../../../containers/agent/home/home.ts';
import { HomeHelper } from '../../../containers/agent/home/home-helper.ts';
import { HomeRepository } from '../../../containers/agent/home/home-repository.ts';
import { HomeStorage } from '../../../containers/agent/home/storage/home-storage.ts';
import { SessionCredentials } from '../../../containers/agent/home/storage/session-credentials.ts';
import { systemClock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { HomeOrder } from '../../../contract/home/home-order.ts';

export interface HomeAgentOrder {
  readonly folder: string;
  readonly program: string;
  readonly linkSocket: string;
  readonly userId: string;
  readonly sandboxId: string;
  /** A file with the credentials that hold now, for whoever asks. */
  readonly credentials: string;
  /** What the user does, by bash, between restore and save. */
  readonly script: string;
}

const order = JSON.parse(process.argv[2] ?? '') as HomeAgentOrder;
const say = (line: string) => process.stdout.write(`${line}\n`);
const { signal } = new AbortController();
const clock = systemClock;
const credentials = new SessionCredentials({
  ask: async () => JSON.parse(readFileSync(order.credentials, 'utf8')) as StorageCredentials,
  clock,
});
const storage = new HomeStorage({ link: new StorageLink(order.linkSocket, clock), credentials, clock });
await using home = new Home({
  helper: new HomeHelper({ clock, marks: new Marks(), program: order.program, home: order.folder }),
  repository: new HomeRepository(storage, order.userId),
  sandboxId: order.sandboxId,
  order: HomeOrder.parse({ enabled: true, from: null }),
  clock,
  log: { info: () => {}, error: () => {} },
  onChange: () => {},
});
say('restoring');
await home.restore(signal);
say('restored');
execFileSync('setpriv', ['--reuid=1000', '--regid=1000', '--clear-groups', '/bin/bash', '-ec', order.script], {
  cwd: order.folder,
});
say('saving');
const { summary } = await home.save({ cause: 'asked', signal });
say(`saved ${summary.checkpoint_id}`);

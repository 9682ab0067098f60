import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { systemClock } from '../../../contract/clock.ts';
import type { Marks } from '../commands/launch/marks.ts';
import type { AgentConfig } from '../config.ts';
import { StorageLink } from '../files/transfer/storage-link.ts';
import type { Log } from '../log.ts';
import type { ControlPlane } from '../reports/control-plane.ts';
import { Home } from './home.ts';
import { HomeHelper } from './home-helper.ts';
import { HomeRepository } from './home-repository.ts';
import { HomeStorage } from './storage/home-storage.ts';
import { SessionCredentials } from './storage/session-credentials.ts';

interface Options {
  readonly config: AgentConfig;
  readonly assignment: Pick<Assignment, 'home' | 'sandbox_id' | 'user_id'>;
  readonly controlPlane: Pick<ControlPlane, 'storageCredentials'>;
  readonly marks: Marks;
  readonly log: Log;
  readonly onChange: () => void;
}

/** The home of an assignment, not yet restored; undefined where it is not kept. */
export function openHome({ config, assignment, controlPlane, marks, log, onChange }: Options): Home | undefined {
  const { home: order, sandbox_id: sandboxId, user_id: userId } = assignment;
  if (!order?.enabled) return undefined;
  const { clock, linkSocket, filesHelper: program, home } = config;
  // AWS counts the life of credentials and signatures in a time of its own.
  const time = systemClock;
  const credentials = new SessionCredentials({
    ask: (signal) => controlPlane.storageCredentials(sandboxId, signal),
    clock: time,
  });
  const storage = new HomeStorage({ link: new StorageLink(linkSocket, time), credentials, clock: time });
  const repository = new HomeRepository(storage, userId);
  const helper = new HomeHelper({ clock, marks, program, home });
  return new Home({ helper, repository, sandboxId, order, clock, log, onChange });
}

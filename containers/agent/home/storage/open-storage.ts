import type { Assignment } from '../../../../contract/api/agent-reports.ts';
import { systemClock } from '../../../../contract/clock.ts';
import type { AgentConfig } from '../../config.ts';
import { StorageLink } from '../../files/transfer/storage-link.ts';
import type { ControlPlane } from '../../reports/control-plane.ts';
import { HomeStorage } from './home-storage.ts';
import { SessionCredentials } from './session-credentials.ts';

interface Options {
  readonly config: Pick<AgentConfig, 'linkSocket'>;
  readonly assignment: Pick<Assignment, 'sandbox_id'>;
  readonly controlPlane: Pick<ControlPlane, 'storageCredentials'>;
}

/** The user's part of the bucket, and the credentials for it, which are asked for when there is something to do. */
export interface UserStorage {
  readonly objects: HomeStorage;
  readonly credentials: SessionCredentials;
}

/** The storage of an assignment's user. */
export function openStorage({ config, assignment, controlPlane }: Options): UserStorage {
  // AWS counts the life of credentials and signatures in a time of its own.
  const clock = systemClock;
  const ask = () => controlPlane.storageCredentials(assignment.sandbox_id);
  const credentials = new SessionCredentials({ ask, clock });
  const objects = new HomeStorage({ link: new StorageLink(config.linkSocket, clock), credentials, clock });
  return { objects, credentials };
}

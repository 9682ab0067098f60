import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { systemClock } from '../../../contract/clock.ts';
import type { AgentConfig } from '../config.ts';
import { StorageLink } from '../files/transfer/storage-link.ts';
import { HomeStorage } from '../home/storage/home-storage.ts';
import { SessionCredentials } from '../home/storage/session-credentials.ts';
import type { Log } from '../log.ts';
import type { ControlPlane } from '../reports/control-plane.ts';
import { KeptOutputs } from './kept-outputs.ts';

interface Options {
  readonly config: AgentConfig;
  readonly assignment: Pick<Assignment, 'sandbox_id' | 'user_id'>;
  readonly controlPlane: Pick<ControlPlane, 'storageCredentials'>;
  readonly log: Log;
}

/** What takes the output of an assignment's commands to storage. Asks for credentials when there is something to take. */
export function openKeptOutputs({ config, assignment, controlPlane, log }: Options): KeptOutputs {
  // AWS counts the life of credentials and signatures in a time of its own.
  const clock = systemClock;
  const ask = (signal: AbortSignal) => controlPlane.storageCredentials(assignment.sandbox_id, signal);
  const credentials = new SessionCredentials({ ask, clock });
  const storage = new HomeStorage({ link: new StorageLink(config.linkSocket, clock), credentials, clock });
  return new KeptOutputs({ storage, owner: assignment, clock, log });
}

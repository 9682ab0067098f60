import { AgentError } from '../../../contract/agent/errors.ts';
import { noRoute } from '../api/match-route.ts';
import type { FileDoor, FileRoute } from '../files/file-door.ts';
import type { Log } from '../log.ts';
import type { GrantedChannel } from './granted-channel.ts';

// What names URLs could make the agent, which has more rights than its user, speak to anything.
const controlPlaneOnly: ReadonlySet<FileRoute> = new Set(['sendFile', 'receiveFile']);

/** Files as the holder of a grant reaches them: an operation counts as a command does, and is told in the log. */
export function grantedFileDoor(door: FileDoor, channel: Pick<GrantedChannel, 'grant' | 'use'>, log: Log): FileDoor {
  return {
    files: door.files,
    storage: door.storage,
    enter(route) {
      if (controlPlaneOnly.has(route)) throw noRoute();
      const { grant, use } = channel;
      if (use.running >= grant.running_commands)
        throw new AgentError('too_many_commands', `${use.running} of this grant run, at most as many`);
      const entered = door.enter(route);
      use.running++;
      log.info('grant.files', { grantId: grant.grant_id, userId: grant.user_id, operation: route });
      return {
        [Symbol.dispose]: () => {
          use.running--;
          entered[Symbol.dispose]();
        },
      };
    },
  };
}

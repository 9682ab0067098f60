import { exitCodes } from '../../../contract/agent/exit-codes.ts';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { type Clock, systemClock } from '../../../contract/clock.ts';
import type { Commands } from '../commands/commands.ts';
import type { AgentConfig } from '../config.ts';
import { StorageLink } from '../files/transfer/storage-link.ts';
import type { UserStorage } from '../home/storage/open-storage.ts';
import type { Ending } from '../life/ending.ts';
import type { Log } from '../log.ts';
import type { Link } from '../reports/link.ts';
import { openColdDoor } from './cold-door.ts';
import { ColdStorage } from './cold-storage.ts';
import { probeCold } from './probe-cold.ts';

interface Options {
  readonly config: Pick<AgentConfig, 'linkSocket' | 'coldSocket' | 'clock'>;
  readonly assignment: Pick<Assignment, 'user_id' | 'cold'>;
  readonly storage: Pick<UserStorage, 'credentials'>;
  readonly link: Link;
  readonly commands: Pick<Commands, 'touch'>;
  readonly log: Log;
}

/** The cold files of a sandbox that has them. */
export interface Cold extends AsyncDisposable {
  /** What commands are told of them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether they can be reached: undefined, or why the sandbox can't become ready. */
  probe(signal: AbortSignal): Promise<Ending | undefined>;
}

/** Opens the door to cold files; undefined for a sandbox without them. */
export async function openCold(options: Options): Promise<Cold | undefined> {
  const { config, assignment, link, commands, log } = options;
  if (!assignment.cold) return undefined;
  const { clock, coldSocket, linkSocket } = config;
  const { credentials } = options.storage;
  const storage = new StorageLink(linkSocket, clock);
  // AWS counts the life of signatures in a time of its own.
  const cold = new ColdStorage({ userId: assignment.user_id, credentials, link, storage, clock: systemClock });
  const door = await openColdDoor({ socketPath: coldSocket, cold, clock, log, onUse: () => commands.touch() });
  return {
    environment: { COLD_SOCKET: coldSocket },
    probe: (signal) => probed(cold, { clock, log, signal }),
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      storage[Symbol.dispose]();
    },
  };
}

/** An assignment whose environment also tells of cold files. */
export const withCold = (assignment: Assignment, cold: Cold | undefined): Assignment => ({
  ...assignment,
  env: { ...cold?.environment, ...assignment.env },
});

async function probed(
  cold: ColdStorage,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<Ending | undefined> {
  const startedMs = clock.now();
  try {
    await probeCold(cold, clock, signal);
    log.info('cold.probed', { ms: clock.now() - startedMs });
    return undefined;
  } catch (error) {
    log.error('cold.unreachable', error);
    const detail = `cold files can't be reached: ${error instanceof Error ? error.message : error}`.slice(0, 4_096);
    return { reason: 'platform', detail, pace: 'now', exitCode: exitCodes.internal };
  }
}

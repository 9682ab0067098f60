import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Commands } from '../commands/commands.ts';
import type { SandboxLife } from '../life/sandbox-life.ts';
import type { Log } from '../log.ts';
import type { ControlPlane } from '../reports/control-plane.ts';
import { coldPath } from './cold-path.ts';
import { EndOfWork } from './end-of-work.ts';
import { type InsideDoor, openInsideDoor } from './inside-door.ts';
import { withInside } from './inside-environment.ts';

interface Options {
  readonly assignment: Assignment;
  readonly controlPlane: Pick<ControlPlane, 'complete' | 'reportError'>;
  readonly commands: Pick<Commands, 'running' | 'touch'>;
  readonly life: Pick<SandboxLife, 'state' | 'expiresMs' | 'end'>;
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the code in the sandbox can say to the service. */
export interface Inside extends AsyncDisposable {
  /** The assignment as commands are told of it. */
  readonly assignment: Assignment;
  /** Takes a word that has not been heard yet to the control plane; gives it up after `ms`. */
  flush(ms: number): Promise<void>;
}

/** Opens the door inside. A machine without a loopback device goes without one, and its log says so. */
export async function openInside(options: Options): Promise<Inside> {
  const { assignment, controlPlane, commands, life, home, clock, log } = options;
  const work = new EndOfWork({
    controlPlane,
    sandboxId: assignment.sandbox_id,
    clock,
    log,
    running: () => commands.running,
    onEnd: (ending) => life.end(ending),
  });
  const { sandbox_id: sandboxId, user_id: userId } = assignment;
  const tools = { sandboxId, userId, home, coldPath, life, work, onUse: () => commands.touch() };
  const door: InsideDoor | undefined = await openInsideDoor({ ...tools, clock, log }).catch((error) => {
    log.error('inside.closed', error);
    return undefined;
  });
  return {
    assignment: withInside(assignment, door?.url),
    flush: (ms) => work.flush(ms),
    [Symbol.asyncDispose]: async () => door?.[Symbol.asyncDispose](),
  };
}

import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { ControlPlane } from './control-plane.ts';
import { RefusedError } from './refused-error.ts';

interface Options {
  readonly controlPlane: Pick<ControlPlane, 'hello'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly sessionLimit: number | null;
  readonly agentVersion: string;
  readonly signal: AbortSignal;
}

/** How long a machine waits to be somebody's. */
const unassignedMs = 5 * 60_000;

/**
 * Asks who this machine is until it is told. Undefined after `unassignedMs`, or when the sandbox has already ended. No
 * other refusal is final: the record of a task that has only just started may not name it yet.
 */
export async function sayHello(options: Options): Promise<Assignment | undefined> {
  const { controlPlane, clock, log, sessionLimit, agentVersion, signal } = options;
  const until = clock.now() + unassignedMs;
  for (const wait of backoff(100, 2_000)) {
    try {
      return await controlPlane.hello({ agent_version: agentVersion, session_limit: sessionLimit }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RefusedError && error.code === 'sandbox_ended') return undefined;
      if (clock.now() + wait >= until) {
        log.error('hello.given_up', error);
        return undefined;
      }
    }
    await clock.sleep(wait, signal);
  }
  return undefined;
}

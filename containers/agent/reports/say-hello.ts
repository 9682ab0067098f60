import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import type { Handover } from '../pool/handover.ts';
import { backoff } from './backoff.ts';
import type { ControlPlane } from './control-plane.ts';
import { RefusedError } from './refused-error.ts';

interface Options {
  readonly controlPlane: Pick<ControlPlane, 'hello'>;
  readonly handover: Handover;
  readonly clock: Clock;
  readonly log: Log;
  readonly sessionLimit: number | null;
  readonly agentVersion: string;
  readonly signal: AbortSignal;
}

/** How long a machine waits that is neither somebody's nor a pool's. */
const unassignedMs = 5 * 60_000;

/** What came of one hello, unless it was the assignment: that is the handover's. */
type Heard =
  | { readonly kind: 'waits'; readonly waitMs: number }
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'assigned' | 'ended' };

async function ask({ controlPlane, handover, sessionLimit, agentVersion, signal }: Options): Promise<Heard> {
  const cut = AbortSignal.any([signal, handover.came]);
  try {
    const told = await controlPlane.hello({ agent_version: agentVersion, session_limit: sessionLimit }, cut);
    if ('member_id' in told) {
      handover.wait(told);
      return { kind: 'waits', waitMs: told.ask_again_seconds * 1000 };
    }
    handover.take(told);
    return { kind: 'assigned' };
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof RefusedError && error.code === 'sandbox_ended'
      ? { kind: 'ended' }
      : { kind: 'refused', error };
  }
}

/**
 * Asks who this machine is until it is told, which in a pool takes as long as it takes. Undefined when nobody has known it for
 * `unassignedMs`, or when the sandbox has already ended. No other refusal is final: the record of a task that has only just
 * started may not name it yet.
 */
export async function sayHello(options: Options): Promise<Assignment | undefined> {
  const { handover, clock, log, signal } = options;
  let until = clock.now() + unassignedMs;
  let waits = backoff(100, 2_000);
  while (handover.assignment === undefined) {
    const heard = await ask(options);
    if (heard.kind === 'ended') break;
    if (heard.kind === 'waits') {
      until = clock.now() + heard.waitMs + unassignedMs;
      waits = backoff(100, 2_000);
    }
    const waitMs = heard.kind === 'waits' ? heard.waitMs : waits.next().value;
    if (clock.now() + waitMs >= until) {
      log.error('hello.given_up', heard.kind === 'refused' ? heard.error : undefined);
      break;
    }
    await clock.sleep(waitMs, AbortSignal.any([signal, handover.came])).catch(() => signal.throwIfAborted());
  }
  return handover.assignment;
}

import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import type { CommandRecords } from '../ports.ts';
import { outcomeAfterLoss } from './outcome-after-loss.ts';
import { type RunningCommand, withoutEnd } from './running-command.ts';

export interface FollowPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly commands: Pick<CommandRecords, 'outcomeOf'>;
  readonly clock: Clock;
}

const waited = Symbol('waited long enough');

/** The events until the caller stops waiting. Throws what the events throw. */
async function* whileWaiting(run: RunningCommand, clock: Clock): AsyncGenerator<CommandEvent> {
  const timer = new AbortController();
  const end = clock.sleep(run.waitUntilMs - clock.now(), timer.signal).then(
    () => waited,
    () => waited,
  );
  const events = run.events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = events.next();
      // Once let go, the pending read may fail, and nobody listens any more.
      next.catch(() => undefined);
      const result = await Promise.race([next, end]);
      if (result === waited || (result as IteratorResult<CommandEvent>).done) return;
      yield (result as IteratorYieldResult<CommandEvent>).value;
    }
  } finally {
    timer.abort();
    run.letGo();
    // What it holds is given back before this environment may freeze, which is right after the answer.
    await events.return?.().catch(() => undefined);
  }
}

/**
 * A command's events; the last one is always `finished`: as the agent says, or `running` when the caller has waited long enough, or
 * what is true after the channel was lost. Throws `channel_lost` only where the command may still run and nobody can say.
 */
export async function* followCommand(ports: FollowPorts, run: RunningCommand): AsyncGenerator<CommandEvent> {
  const seen = { ...run.from };
  try {
    for await (const event of whileWaiting(run, ports.clock)) {
      if (event.kind !== 'finished') seen[event.kind] = event.offset + event.data.length;
      yield event;
      if (event.kind === 'finished') return;
    }
    yield { kind: 'finished', outcome: withoutEnd(run, ports.clock, 'running', seen) };
  } catch (cause) {
    if (!(cause instanceof SandboxError) || cause.code !== 'channel_lost') throw cause;
    const truth = await outcomeAfterLoss(ports, run.sandboxId, run.command.command_id);
    if (truth === undefined) throw cause;
    yield { kind: 'finished', outcome: truth === 'lost' ? withoutEnd(run, ports.clock, 'lost', seen) : truth };
  }
}

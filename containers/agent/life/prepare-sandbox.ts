import { exitCodes } from '../../../contract/agent/exit-codes.ts';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { checkIsolation } from '../check/check-isolation.ts';
import { cloneRepository } from '../check/clone-repository.ts';
import { runOnReady } from '../check/run-on-ready.ts';
import type { Cold } from '../cold/open-cold.ts';
import type { CommandTools } from '../commands/command.ts';
import type { Home } from '../home/home.ts';
import { HomeFault } from '../home/home-fault.ts';
import type { Log } from '../log.ts';
import type { Ending } from './ending.ts';

interface Options {
  readonly tools: CommandTools;
  readonly home: string;
  readonly assignment: Assignment;
  /** Undefined where it is not kept. */
  readonly keptHome?: Pick<Home, 'restore'> | undefined;
  /** Undefined where there are no cold files. */
  readonly cold?: Pick<Cold, 'probe'> | undefined;
  /** Aborts when something ends the sandbox before. */
  readonly signal: AbortSignal;
  /** A path that no command may see. */
  readonly privateSocket: string;
  readonly log: Log;
}

const maxDetail = 4_096;

/** Everything between an assignment and `ready`. Answers why the sandbox can't become ready, or undefined when it can. */
export async function prepareSandbox({
  tools,
  home,
  assignment,
  keptHome,
  cold,
  signal,
  privateSocket,
  log,
}: Options): Promise<Ending | undefined> {
  try {
    const faults = await checkIsolation(tools, home, assignment, privateSocket);
    if (faults.length > 0) {
      const detail = `commands are not isolated: ${faults.join('; ')}`.slice(0, maxDetail);
      return { reason: 'platform', detail, pace: 'now', exitCode: exitCodes.isolation };
    }
    const unreachable = await cold?.probe(signal);
    if (unreachable) return unreachable;
    await keptHome?.restore(signal);
    const detail = (await cloneRepository(tools, home, assignment)) ?? (await runOnReady(tools, home, assignment));
    if (detail === undefined) return undefined;
    return {
      reason: 'on_ready_failed',
      detail: detail.slice(0, maxDetail),
      pace: 'graceful',
      exitCode: exitCodes.onReady,
    };
  } catch (error) {
    log.error('sandbox.unprepared', error);
    const what =
      error instanceof HomeFault ? `the home could not be restored: ${error.code}, ${error.message}` : undefined;
    const detail = (what ?? `the sandbox could not be prepared: ${error}`).slice(0, maxDetail);
    return { reason: 'platform', detail, pace: 'now', exitCode: exitCodes.internal };
  }
}

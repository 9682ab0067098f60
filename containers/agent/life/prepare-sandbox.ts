import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { checkIsolation } from '../check/check-isolation.ts';
import { runOnReady } from '../check/run-on-ready.ts';
import type { CommandTools } from '../commands/command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Ending } from './ending.ts';

/** Everything between an assignment and `ready`. Answers why the sandbox can't become ready, or undefined when it can. */
export async function prepareSandbox(
  tools: CommandTools,
  home: string,
  assignment: Assignment,
  privateSocket: string,
): Promise<Ending | undefined> {
  const faults = await checkIsolation(tools, home, assignment, privateSocket);
  if (faults.length > 0) {
    const detail = `commands are not isolated: ${faults.join('; ')}`.slice(0, 4_096);
    return { reason: 'platform', detail, pace: 'now', exitCode: exitCodes.isolation };
  }
  const failure = await runOnReady(tools, home, assignment);
  if (failure === undefined) return undefined;
  return { reason: 'on_ready_failed', detail: failure, pace: 'graceful', exitCode: exitCodes.onReady };
}

import { SandboxError } from '../../../../contract/api/errors.ts';
import type { AgentChannel, AgentQuestion } from '../../agent/channel-ports.ts';
import type { UserCaller } from '../../caller.ts';
import { readOwned } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import { channelTarget } from './channel-target.ts';
import { explainFailure } from './explain-failure.ts';
import { noSuchCommand } from './no-such-command.ts';
import { assertReady } from './ready-record.ts';

export interface AskPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly channel: Pick<AgentChannel, 'ask'>;
}

/** A call about one command that runs. */
interface CommandCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string; readonly command_id: string };
  readonly note: (facts: Readonly<Record<string, string>>) => void;
  readonly signal: AbortSignal;
}

/**
 * Asks the agent about a command in a sandbox of the caller. Throws `not_found`, `sandbox_not_ready` and `sandbox_ended`, what the agent
 * refuses, and `channel_lost` where nobody knows whether it has heard.
 */
export async function askCommand<A>(
  { records, channel }: AskPorts,
  { caller, params, note, signal }: CommandCall,
  question: AgentQuestion<A>,
): Promise<A> {
  const { sandbox_id, command_id } = params;
  const record = assertReady(await readOwned(records, sandbox_id, caller));
  note({ sandboxId: sandbox_id, userId: record.user_id, commandId: command_id });
  try {
    return await channel.ask(channelTarget(record), question, signal);
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'not_found') throw noSuchCommand(command_id, error);
    throw await explainFailure(records, sandbox_id, error);
  }
}

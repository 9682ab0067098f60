import type { CommandInfo } from '../../../contract/api/commands/command-info.ts';
import { commandSummary } from '../../../contract/api/commands/command-summary.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { AgentChannel } from '../agent/channel-ports.ts';
import type { Answer, Call } from '../operation.ts';
import { admitCommand } from '../quotas/admit-command.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { channelTarget } from './agent/channel-target.ts';
import { infoQuestion } from './agent/command-questions.ts';
import { explainFailure } from './agent/explain-failure.ts';
import type { ExecPorts } from './exec-command.ts';
import { keptCommand } from './kept/kept-command.ts';
import type { CommandRecords } from './ports.ts';
import { assertAllowed } from './start/assert-allowed.ts';
import { assertSameOrder } from './start/assert-same-order.ts';
import { claimCommand } from './start/claim-command.ts';
import { orderOf } from './start/order-of.ts';

export interface StartPorts extends Omit<ExecPorts, 'channel' | 'commands'> {
  readonly channel: Pick<AgentChannel, 'run' | 'ask'>;
  readonly commands: Pick<CommandRecords, 'claim' | 'outcomeOf' | 'addStarted'>;
}

/** So that it is found, as lost, when its machine ends without a word. A command that runs is no failure for want of that. */
async function keepStart({ commands }: StartPorts, record: ReadyRecord, info: CommandInfo): Promise<void> {
  if (info.outcome !== 'running') return;
  const { command, stdout_first_available, stderr_first_available, ...started } = info;
  const until = Math.floor(Date.parse(record.expires_at) / 1000) + limits.endedRecordDays * 86_400;
  await commands.addStarted(record.sandbox_id, started, until).catch(() => undefined);
}

/**
 * Starts a command in the background and answers how it stands. It ends by itself, by its time-out if it has one, or with the sandbox.
 * Repeating the call with the same key joins the command.
 */
export async function startCommand(ports: StartPorts, call: Call<'startCommand'>): Promise<Answer<'startCommand'>> {
  assertAllowed(call.body, ports);
  const { sandbox_id } = call.params;
  const claimed = claimCommand(ports, call);
  claimed.catch(() => undefined);
  const record = await admitCommand(ports, sandbox_id, call);
  const { id: commandId, report } = await claimed;
  const order = orderOf(call.body, commandId, call.body.timeout_seconds ?? null);
  call.note({ sandboxId: sandbox_id, userId: record.user_id, commandId, ...commandSummary(order) });
  const touched = ports.records.touch(record, isoTime(ports.clock.now())).catch(() => undefined);
  try {
    if (report !== undefined) assertSameOrder(report, order);
    const target = channelTarget(record);
    const options = { streamBytes: 0, until: 'now', signal: call.signal } as const;
    // What has ended is not run a second time, also when the agent has forgotten it.
    if (report === undefined) for await (const _ of await ports.channel.run(target, order, options));
    const body = await ports.channel.ask(target, infoQuestion(commandId), call.signal).catch((error) => {
      if (report !== undefined && error instanceof SandboxError && error.code === 'not_found')
        return keptCommand(report);
      throw error;
    });
    await Promise.all([touched, keepStart(ports, record, body)]);
    return { status: 201, body };
  } catch (error) {
    throw await explainFailure(ports.records, sandbox_id, error);
  }
}

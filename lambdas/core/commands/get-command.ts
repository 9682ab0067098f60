import type { AgentChannel } from '../agent/channel-ports.ts';
import type { Answer, Call } from '../operation.ts';
import { channelTarget } from './agent/channel-target.ts';
import { infoQuestion } from './agent/command-questions.ts';
import { keptCommand } from './kept/kept-command.ts';
import { type KeptPorts, liveOrKept } from './kept/live-or-kept.ts';

/** How a command stands, or has ended; also after its sandbox has. */
export async function getCommand(
  ports: KeptPorts & { readonly channel: Pick<AgentChannel, 'ask'> },
  call: Call<'getCommand'>,
): Promise<Answer<'getCommand'>> {
  const body = await liveOrKept(ports, call, {
    live: (record) => ports.channel.ask(channelTarget(record), infoQuestion(call.params.command_id), call.signal),
    kept: keptCommand,
  });
  return { status: 200, body };
}

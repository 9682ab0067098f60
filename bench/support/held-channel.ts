import type { ClientHttp2Session } from 'node:http2';
import { connectHttp } from '../../channel/near/http.ts';
import { proveNear } from '../../channel/near/prove.ts';
import { readChunks } from '../../channel/near/read-chunks.ts';
import { openSession } from '../../channel/near/session.ts';
import { askAgent } from '../../client/node/channel/ask-agent.ts';
import { commandFrames } from '../../contract/agent/command-frames.ts';
import { agentApi } from '../../contract/agent/commands.ts';
import type { Grant } from '../../contract/agent/grant.ts';
import { limits } from '../../contract/api/limits.ts';
import { systemClock as clock } from '../../contract/clock.ts';
import { clientChannels } from '../../lambdas/aws/channel/client-channels.ts';
import type { Sessions } from '../../lambdas/aws/channel/kept/open-channel.ts';
import { proveAlive } from '../../lambdas/aws/channel/kept/prove-alive.ts';
import { endSession } from '../../lambdas/aws/channel/kept/sessions.ts';
import type { ChannelTarget } from '../../lambdas/core/agent/channel-ports.ts';
import { commandId } from '../../test/support/agent/agent-machine.ts';
import { PlayedSlots } from '../../test/support/fakes/played-slots.ts';
import type { HeldRunner } from './channel-service.ts';

const proofMs = 10_000;

/** A channel as a caller holds it, under a grant, with no function in between once it is open. */
export async function heldChannel(sessions: Sessions, target: ChannelTarget, userId: string): Promise<HeldRunner> {
  const slots = new PlayedSlots(clock);
  const channels = clientChannels({ sessions, leases: slots, line: slots, clock });
  const grant: Grant = {
    grant_id: `grt_${'0'.repeat(26)}`,
    sandbox_id: target.sandboxId,
    user_id: userId,
    expires_at: new Date(clock.now() + 3_600_000).toISOString(),
    running_commands: limits.accessRunningCommands,
    bytes: limits.accessBytes,
  };
  const { session: opened, token: tokenValue } = await channels.open(target, grant);
  const text = JSON.stringify(grant);
  const { channel_key, context } = channels.keyFor(target, text);
  const session = openSession({ streamUrl: opened.streamUrl, tokenValue, clock });
  await session.ready;
  const key = Buffer.from(channel_key, 'base64');
  await proveNear(session.stream, { key, context, grant: text }, clock, proofMs);
  const http = connectHttp(session.stream, { clock });
  return {
    run: (argv) => run(http, argv),
    roundTrip: async () => await proveAlive(http, { clock, withinMs: proofMs }),
    [Symbol.asyncDispose]: async () => {
      http.close();
      await session.close();
      await endSession(sessions.ssm, opened.id);
    },
  };
}

async function run(http: ClientHttp2Session, argv: readonly string[]) {
  const since = performance.now();
  const { method, path } = agentApi.startCommand;
  const order = { command_id: commandId(), argv: [...argv], env: {}, timeout_seconds: 300 };
  const { signal } = new AbortController();
  const body = await askAgent(http, { method, path, body: order }, { clock, signal });
  let bytes = 0;
  for await (const event of commandFrames(readChunks(body), order.command_id, { stdout: 0, stderr: 0 }))
    if (event.kind !== 'finished') bytes += event.data.length;
  return { bytes, ms: performance.now() - since };
}

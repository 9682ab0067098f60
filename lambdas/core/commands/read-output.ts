import type { CommandInfo, CommandOutput } from '../../../contract/api/commands/command-info.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel } from '../agent/channel-ports.ts';
import type { Answer, Call } from '../operation.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { channelTarget } from './agent/channel-target.ts';
import { infoQuestion } from './agent/command-questions.ts';
import { commandEvents } from './follow/command-events.ts';
import { followCommand } from './follow/follow-command.ts';
import { followLive } from './follow/follow-live.ts';
import { noteEnd } from './follow/note-end.ts';
import { keptCommand } from './kept/kept-command.ts';
import { type KeptPorts, liveOrKept } from './kept/live-or-kept.ts';
import type { KeptOutputs } from './kept/ports.ts';
import { StoredOutput } from './kept/stored-output.ts';
import { findOutput } from './output/find-output.ts';
import { outputPage } from './output/output-page.ts';
import { wantedOffsets, wantedOutput, wantedStream } from './output/wanted-output.ts';

export interface OutputPorts extends KeptPorts {
  readonly channel: Pick<AgentChannel, 'ask' | 'follow'>;
  readonly keptOutputs: KeptOutputs;
  readonly clock: Clock;
}

type OutputCall = Call<'readOutput'>;

const ask = ({ channel }: OutputPorts, record: ReadyRecord, { params, signal }: OutputCall): Promise<CommandInfo> =>
  channel.ask(channelTarget(record), infoQuestion(params.command_id), signal);

/** What is there now, on a page. */
async function readNow(ports: OutputPorts, record: ReadyRecord, call: OutputCall): Promise<CommandOutput> {
  const { params, query, signal } = call;
  const { offset, limit } = query;
  const options = {
    offsets: wantedOffsets(wantedOutput(call)),
    streamBytes: offset + limit,
    until: 'now',
    signal,
  } as const;
  const events = await ports.channel.follow(channelTarget(record), params.command_id, options);
  const { output } = await findOutput(events, { stream: wantedStream(query), offset, limit });
  return outputPage(await ask(ports, record, call), output);
}

/** A page once there is something for it, or nothing more will come, or the caller has waited as long as one call may. */
async function readLater(ports: OutputPorts, record: ReadyRecord, call: OutputCall) {
  const { query, signal } = call;
  const { offset, limit } = query;
  const info = await ask(ports, record, call);
  const wanted = wantedOutput(call);
  const live = { record, info, wanted, streamBytes: offset + limit, until: 'some', signal } as const;
  const run = await followLive(ports, live);
  return async (): Promise<CommandOutput> => {
    const stream = wantedStream(query);
    const empty = { output: { stream, offset, data: new Uint8Array() }, outcome: undefined };
    const { output, outcome } = await findOutput(followCommand(ports, run), { stream, offset, limit }).catch(
      () => empty,
    );
    // What the agent can't be asked any more is as the following has left it.
    const now = await ask(ports, record, call).catch(() => ({ ...info, ...outcome }));
    return outputPage(now, output);
  };
}

/**
 * Reads the output of a command from any offset: a page of one stream, or both as events. Followed, it waits for more. It can be read by any
 * number of callers, and after the sandbox has ended as much as has outlived it.
 */
export async function readOutput(ports: OutputPorts, call: OutputCall): Promise<Answer<'readOutput'>> {
  const { query, params, requestId, streamed } = call;
  const events = { requestId, onEnd: noteEnd(call.note) };
  return await liveOrKept<Answer<'readOutput'>>(ports, call, {
    live: async (record) => {
      if (!streamed && !query.follow) return { status: 200, body: await readNow(ports, record, call) };
      if (!streamed) return { status: 200, later: await readLater(ports, record, call) };
      const info = await ask(ports, record, call);
      const until = query.follow ? undefined : ('now' as const);
      const live = { record, info, wanted: wantedOutput(call), streamBytes: undefined, until, signal: call.signal };
      const followed = followCommand(ports, await followLive(ports, live));
      return { status: 200, events: commandEvents(params.command_id, followed, events) };
    },
    kept: async (report, record) => {
      const { sandbox_id: sandboxId, command_id: commandId } = params;
      const stored = await StoredOutput.find(
        ports.keptOutputs,
        { userId: record.user_id, sandboxId, commandId },
        report,
      );
      if (streamed) return { status: 200, events: commandEvents(commandId, stored.events(wantedOutput(call)), events) };
      const { offset, limit } = query;
      const found = await stored.read({ stream: wantedStream(query), offset, limit });
      return { status: 200, body: outputPage(keptCommand(report), found) };
    },
  });
}

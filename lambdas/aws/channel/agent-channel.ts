import type { ClientHttp2Session } from 'node:http2';
import type { ChannelRequest } from '../../../channel/near/request.ts';
import { StartCommand } from '../../../contract/agent/commands.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel } from '../../core/agent/channel-ports.ts';
import type { CommandRecords } from '../../core/commands/ports.ts';
import type { FilesChannel } from '../../core/files/ports.ts';
import type { Log } from '../../core/log.ts';
import { agentEvents } from './commands/agent-events.ts';
import { followRequest, startRequest } from './commands/command-requests.ts';
import { followSought } from './commands/follow-sought.ts';
import { KeptChannels, type KeptOptions } from './kept/kept-channels.ts';
import { agentRequest } from './requests/agent-request.ts';
import { insist } from './requests/insist.ts';
import { readAnswer } from './requests/read-answer.ts';
import { plainHeaders, readBytes } from './requests/read-bytes.ts';
import { patientHeadersMs, sendOnce } from './requests/send-once.ts';
import { unheardIfBroken } from './requests/unheard.ts';
import { wholeAnswer } from './requests/whole-answer.ts';

export interface AgentChannelOptions extends Omit<KeptOptions, 'most' | 'startOrder'> {
  readonly clock: Clock;
  readonly log: Log;
  /** Where commands' ends are known without a channel. */
  readonly reports: Pick<CommandRecords, 'outcomeOf'>;
}

// What an item of the table holds, and then some.
const mostOfferedBytes = 200_000;
const never = new AbortController().signal;

// Most of a channel's bytes a second, shared by some, and beside them a busy machine.
const sendingMs = ({ bytes }: Pick<ChannelRequest, 'bytes'>): number | undefined =>
  bytes && patientHeadersMs + bytes.length / 100;

/** Starts the command of somebody else's order, who follows it. */
const orderStarter = (clock: Clock) => async (http: ClientHttp2Session, order: string) => {
  const request = startRequest(StartCommand.parse(JSON.parse(order)), { streamBytes: 0, until: 'now' });
  const { body } = await agentRequest(http, request, { clock, signal: never, headersWithinMs: patientHeadersMs });
  body.on('error', () => undefined).close();
};

/** The agents of sandboxes, reached through channels that are kept from one call to the next. */
export function agentChannel(options: AgentChannelOptions): AgentChannel & FilesChannel & AsyncDisposable {
  const channels = new KeptChannels({ ...options, startOrder: orderStarter(options.clock) });
  const tools = { ...options, channels };
  const { clock, log } = options;
  return {
    run: (target, order, wanted) => {
      const sought = { target, commandId: order.command_id, ...wanted };
      const text = JSON.stringify(order);
      return followSought(tools, sought, {
        request: startRequest(order, sought),
        offsets: { stdout: 0, stderr: 0 },
        order: Buffer.byteLength(text) <= mostOfferedBytes ? text : undefined,
      });
    },
    follow: (target, commandId, { offsets, ...wanted }) => {
      const sought = { target, commandId, ...wanted };
      return followSought(tools, sought, { request: followRequest(commandId, offsets, sought), offsets });
    },
    ask: (target, { answer, repeatable, withinMs, ...request }, signal) => {
      const ask = { target, request, signal, once: !repeatable, withinMs: withinMs ?? sendingMs(request) };
      return wholeAnswer(tools, ask, ({ body }) => readAnswer(body, answer, clock));
    },
    read: (target, { path, mostBytes }, signal) =>
      wholeAnswer(tools, { target, request: { method: 'GET', path }, signal }, async ({ headers, body }) => ({
        headers: plainHeaders(headers),
        bytes: await readBytes(body, mostBytes, clock),
      })),
    events: async (target, { event, yields, withinMs, ...request }, signal) => {
      const ask = { target, request, signal, once: true, withinMs };
      const answering = await insist(log, ask, { take: (how) => sendOnce(tools, ask, how), lost: unheardIfBroken });
      return agentEvents(answering, { event, signal, yields });
    },
    [Symbol.asyncDispose]: () => channels[Symbol.asyncDispose](),
  };
}

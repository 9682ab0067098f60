import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import type { ChannelRequest } from '../../../channel/near/request.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import type { Offsets } from '../../../contract/agent/command-frames.ts';
import { StartCommand } from '../../../contract/agent/commands.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel, ChannelTarget } from '../../core/agent/channel-ports.ts';
import type { CommandRecords } from '../../core/commands/ports.ts';
import type { FilesChannel } from '../../core/files/ports.ts';
import type { Log } from '../../core/log.ts';
import { isoTime } from '../../core/time.ts';
import { agentRequest } from './agent-request.ts';
import { agentEvents } from './commands/agent-events.ts';
import { followRequest, startRequest, type Wanted } from './commands/command-requests.ts';
import { channelLost, FollowedCommand, type Following, isDefinite, unheard } from './commands/followed-command.ts';
import { waitWithoutChannel } from './commands/wait-without-channel.ts';
import { KeptChannels, type KeptOptions } from './kept/kept-channels.ts';
import type { Acquaintance } from './kept/open-channel.ts';
import { proveAlive } from './kept/prove-alive.ts';
import { wantedMs } from './kept/wait-for-slot.ts';
import { readAnswer } from './read-answer.ts';
import { plainHeaders, readBytes } from './read-bytes.ts';

export interface AgentChannelOptions extends Omit<KeptOptions, 'most' | 'startOrder'> {
  readonly clock: Clock;
  readonly log: Log;
  /** Where commands' ends are known without a channel. */
  readonly reports: Pick<CommandRecords, 'outcomeOf'>;
}

interface Ask {
  readonly target: ChannelTarget;
  readonly request: ChannelRequest;
  readonly signal: AbortSignal;
  /** Whether nobody may send it twice. */
  readonly once?: boolean;
  /** The order in it, where whoever has a channel may send that. */
  readonly order?: string | undefined;
  /** How long its answer may take to begin, where that is more than a moment. */
  readonly withinMs?: number | undefined;
}

/** A command that is to be followed, and how much of it. */
interface Sought extends Wanted {
  readonly target: ChannelTarget;
  readonly commandId: string;
  readonly onStarted?: (cwd: string) => void;
  readonly signal: AbortSignal;
}

// A kept channel that is dead says nothing; a working agent answers in milliseconds, a busy one on a quarter of a core in a second.
const headersWithinMs = 3_000;
const patientHeadersMs = 15_000;
// For a slot. Who only follows has all the time that its caller has.
const startPatienceMs = 45_000;
const followPatienceMs = 900_000;
const sentElsewhereMs = 1_000;
// What an item of the table holds, and then some.
const mostOfferedBytes = 200_000;
const never = new AbortController().signal;

/** What is on its way, and what was said before it. */
interface Answering extends Following {
  readonly headers: IncomingHttpHeaders;
}

interface Try {
  readonly machine: Acquaintance;
  readonly headersWithinMs: number;
  readonly patienceMs: number;
}

// Most of a channel's bytes a second, shared by some, and beside them a busy machine.
const sendingMs = ({ bytes }: Pick<ChannelRequest, 'bytes'>): number | undefined =>
  bytes && patientHeadersMs + bytes.length / 100;

const unheardIfBroken = (cause: unknown): unknown => (cause instanceof ChannelBroken ? unheard(cause) : cause);

const isBroken = (error: unknown): boolean =>
  error instanceof ChannelBroken || (error instanceof SandboxError && error.code === 'channel_lost');

/** The agents of sandboxes, reached through channels that are kept from one call to the next. */
export function agentChannel(options: AgentChannelOptions): AgentChannel & FilesChannel & AsyncDisposable {
  const { clock, log, reports } = options;
  const startOrder = async (http: ClientHttp2Session, order: string) => {
    const request = startRequest(StartCommand.parse(JSON.parse(order)), { streamBytes: 0, until: 'now' });
    const { body } = await agentRequest(http, request, { clock, signal: never, headersWithinMs: patientHeadersMs });
    body.on('error', () => undefined).close();
  };
  const channels = new KeptChannels({ ...options, startOrder });

  /** One try: a turn on the kept channel, or on a new one. Undefined when somebody else has sent its order. The turn is over when it throws. */
  const sendOrWait = async (ask: Ask, how: Try): Promise<Answering | undefined> => {
    const { target, request, signal, once, withinMs, order } = ask;
    const { machine, patienceMs, headersWithinMs } = how;
    const turn = await channels.take(target, { machine, patienceMs, signal, order });
    if (turn === undefined) return undefined;
    const { http } = turn.channel;
    try {
      if (once || withinMs !== undefined) await proveAlive(http, { clock, withinMs: headersWithinMs });
      const moment = once ? patientHeadersMs : headersWithinMs;
      const patience = { clock, signal, headersWithinMs: withinMs ?? moment };
      const { headers, body } = await agentRequest(http, request, patience).catch((cause) => {
        throw once && cause instanceof ChannelBroken ? unheard(cause) : cause;
      });
      return { turn, body, headers };
    } catch (error) {
      await turn.end(isBroken(error) && !signal.aborted ? 'broken' : 'well');
      throw error;
    }
  };

  /** As one try, of what only its owner may send. */
  const send = async (ask: Omit<Ask, 'order'>, how: Try): Promise<Answering> => {
    const answering = await sendOrWait(ask, how);
    if (answering === undefined) throw new Error('nobody was offered an order, and somebody has sent it');
    return answering;
  };

  /** The target as it is since the channel was given to others: they are served first. */
  const crowded = (target: ChannelTarget): ChannelTarget => ({
    ...target,
    wantedUntil: isoTime(clock.now() + wantedMs),
  });

  const known = (patienceMs = startPatienceMs): Try => ({
    machine: 'known',
    headersWithinMs: patientHeadersMs,
    patienceMs,
  });

  /** Tries again on a new channel when the one there is is dead. Whatever may not be sent twice throws another error once it was. */
  const insist = async <T>(
    { target, signal }: Ask,
    take: (how: Try) => Promise<T>,
    lost: (cause: unknown) => unknown,
  ): Promise<T> => {
    try {
      return await take({ machine: 'new', headersWithinMs, patienceMs: startPatienceMs });
    } catch (error) {
      if (!(error instanceof ChannelBroken) || signal.aborted) throw error;
      log.info('channel', { event: 'channel.reopen', outcome: 'ok', sandboxId: target.sandboxId, error });
      return await take(known()).catch((cause) => {
        throw lost(cause);
      });
    }
  };

  /** A whole answer, which is read again from its beginning where it breaks. */
  const whole = <T>(what: Ask, read: (answering: Answering) => Promise<T>): Promise<T> => {
    const take = async (how: Try) => {
      const answering = await send(what, how);
      try {
        const answer = await read(answering);
        await answering.turn.end('well');
        return answer;
      } catch (error) {
        await answering.turn.end('broken');
        throw what.once ? unheard(error) : error;
      }
    };
    return insist(what, take, unheardIfBroken);
  };

  const followed = async (
    sought: Sought,
    request: ChannelRequest,
    { offsets, order }: { readonly offsets: Offsets; readonly order?: string | undefined },
  ): Promise<FollowedCommand> => {
    const { target, commandId, signal } = sought;
    const what = { target, request, signal, order };
    const first = await insist(
      what,
      (how) => sendOrWait(what, how),
      // The first try may have reached the agent.
      (cause) => (isDefinite(cause) ? cause : channelLost(commandId, cause)),
    );
    const again = (from: Offsets) => ({ target, request: followRequest(commandId, from, sought), signal });
    return new FollowedCommand({
      ...sought,
      first,
      offsets,
      reopen: (from) => send(again(from), known()),
      rejoin: (from) =>
        waitWithoutChannel({
          ...sought,
          clock,
          reports,
          offsets: from,
          // Most of what others have sent is over soon, and a report says so.
          restMs: first === undefined ? sentElsewhereMs : 0,
          follow: (either) =>
            send({ ...again(from), target: crowded(target), signal: either }, known(followPatienceMs)),
        }),
    });
  };

  return {
    run: (target, order, wanted) => {
      const sought = { target, commandId: order.command_id, ...wanted };
      const text = JSON.stringify(order);
      const offered = Buffer.byteLength(text) <= mostOfferedBytes ? text : undefined;
      return followed(sought, startRequest(order, sought), { offsets: { stdout: 0, stderr: 0 }, order: offered });
    },
    follow: (target, commandId, { offsets, ...wanted }) => {
      const sought = { target, commandId, ...wanted };
      return followed(sought, followRequest(commandId, offsets, sought), { offsets: { ...offsets } });
    },
    ask: (target, { answer, repeatable, withinMs, ...request }, signal) =>
      whole({ target, request, signal, once: !repeatable, withinMs: withinMs ?? sendingMs(request) }, ({ body }) =>
        readAnswer(body, answer, clock),
      ),
    read: (target, { path, mostBytes }, signal) =>
      whole({ target, request: { method: 'GET', path }, signal }, async ({ headers, body }) => ({
        headers: plainHeaders(headers),
        bytes: await readBytes(body, mostBytes, clock),
      })),
    events: async (target, { event, yields, withinMs, ...request }, signal) => {
      const what = { target, request, signal, once: true, withinMs };
      const answering = await insist(what, (how) => send(what, how), unheardIfBroken);
      return agentEvents(answering, { event, signal, yields });
    },
    [Symbol.asyncDispose]: () => channels[Symbol.asyncDispose](),
  };
}

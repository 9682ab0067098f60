import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type * as z from 'zod';
import { httpWindows } from '../../../channel/codec/http-windows.ts';
import { AgentHealth, type agentApi, Follow, StartCommand } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import { RenewGrant } from '../../../contract/agent/grant.ts';
import { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { GrantedChannel } from '../access/granted-channel.ts';
import type { Commands } from '../commands/commands.ts';
import { answerFiles, isFilePath } from '../files/api/answer-files.ts';
import type { FileDoor } from '../files/file-door.ts';
import { answerSave, isSaveRequest } from '../home/api/answer-save.ts';
import type { Home } from '../home/home.ts';
import type { Log } from '../log.ts';
import type { Handover } from '../pool/handover.ts';
import { commandControlHandlers } from './command-control-handlers.ts';
import type { Handler } from './handler.ts';
import { matchRoute, noRoute } from './match-route.ts';
import { parse } from './parse.ts';
import { readBody } from './read-body.ts';
import { respondError, respondJson } from './respond.ts';
import { sendFrames } from './send-frames.ts';

/** What the routes use. */
export interface ApiTools {
  readonly commands: Pick<Commands, 'start' | 'get' | 'list'>;
  readonly files: FileDoor;
  readonly clock: Clock;
  readonly log: Log;
  /** The home, where it is kept. On the control plane's own channels only. */
  readonly keptHome?: () => Pick<Home, 'save'> | undefined;
  readonly health: () => z.infer<typeof AgentHealth>;
  /** Only for the control plane. */
  readonly handover?: Pick<Handover, 'offer'>;
  /** The grant under which a caller of the control plane's came; without it, it is the control plane. */
  readonly channel?: Pick<GrantedChannel, 'ended' | 'renew'>;
}

const handlers: Record<keyof typeof agentApi, Handler> = {
  startCommand: async ({ stream, query }, { commands, clock, log, channel }) => {
    const follow = parse(Follow, query);
    const order = parse(StartCommand, await readBody(stream));
    await sendFrames(stream, await commands.start(order), follow, { clock, log, ended: channel?.ended });
  },
  followCommand: async ({ stream, query, commandId }, { commands, clock, log, channel }) => {
    const follow = parse(Follow, query);
    await sendFrames(stream, await commands.get(commandId), follow, { clock, log, ended: channel?.ended });
  },
  ...commandControlHandlers,
  renewGrant: async ({ stream }, { channel }) => {
    if (!channel) throw noRoute();
    const { grant, mac } = parse(RenewGrant, await readBody(stream));
    channel.renew(grant, mac);
    respondJson(stream, 200, {});
  },
  assign: async ({ stream }, { handover }) => {
    if (!handover) throw noRoute();
    await handover.offer(parse(Assignment, await readBody(stream)));
    respondJson(stream, 200, {});
  },
  getHealth: async ({ stream }, { health, channel }) => {
    // What the machine is like is the control plane's to know.
    if (channel) throw noRoute();
    respondJson(stream, 200, parse(AgentHealth, health()));
  },
};

/** The agent's API, to be given sockets by `listen` or by `emit('connection', …)`. */
export function createAgentServer(tools: ApiTools): Http2Server {
  const settings = { maxConcurrentStreams: 512, initialWindowSize: httpWindows.far.streamBytes };
  const server = createServer({ maxSessionMemory: 32, settings });
  server.on('session', (session) => {
    session.setLocalWindowSize(httpWindows.far.connectionBytes);
    session.on('error', () => {}); // The other side broke the protocol or went: its session is over, no other.
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {}); // A client that goes away is no fault; `close` tells those who write to it.
    answer(stream, headers, tools).catch((error) => {
      if (!(error instanceof AgentError) || error.code === 'internal') tools.log.error('api.failed', error);
      respondError(stream, error);
    });
  });
  return server;
}

async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, tools: ApiTools): Promise<void> {
  const url = URL.parse(headers[':path'] ?? '/', 'http://agent');
  if (url === null) throw noRoute();
  tools.channel?.ended.throwIfAborted();
  const method = headers[':method'] ?? '';
  if (isFilePath(url.pathname)) {
    const { files: door, clock, channel } = tools;
    return answerFiles(stream, method, url, { door, clock, ended: channel?.ended });
  }
  if (tools.keptHome && isSaveRequest(method, url.pathname))
    return answerSave(stream, { home: tools.keptHome(), clock: tools.clock });
  const { route, commandId } = matchRoute(method, url.pathname);
  await handlers[route]({ stream, commandId, query: Object.fromEntries(url.searchParams) }, tools);
}

import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { GrantedChannel } from '../access/granted-channel.ts';
import { GrantedCommands } from '../access/granted-commands.ts';
import { grantedFileDoor } from '../access/granted-file-door.ts';
import type { GrantedPeer } from '../access/prove-peer.ts';
import type { Commands } from '../commands/commands.ts';
import { socketsIn } from '../paths.ts';
import { ChannelDoor } from './channel-door.ts';
import { type ApiTools, createAgentServer } from './create-agent-server.ts';
import { listenPrivate } from './listen-private.ts';

interface Options extends Omit<ApiTools, 'health' | 'commands' | 'channel'> {
  readonly runFolder: string;
  readonly commands: Commands;
  readonly prove: ConstructorParameters<typeof ChannelDoor>[0]['prove'];
  readonly health: (channels: number) => ReturnType<ApiTools['health']>;
}

/** Opens the agent's two sockets, root's alone: one for whoever is root here, one for channels that prove themselves. */
export async function serve(options: Options): Promise<AsyncDisposable> {
  const { runFolder, prove, log, health, clock, commands, files, handover, keptHome } = options;
  await using open = new AsyncDisposableStack();
  let answering = 0;
  const create = (tools: Pick<ApiTools, 'commands' | 'files' | 'channel' | 'handover' | 'keptHome'>): Http2Server => {
    const server = createAgentServer({ clock, log, ...tools, health: () => health(door.channels) });
    server.on('stream', (stream) => {
      answering++;
      stream.once('close', () => answering--);
    });
    return server;
  };
  const server = create({ commands, files, ...(handover && { handover }), ...(keptHome && { keptHome }) });
  // What a caller's channel may is its server's alone, so no request can be taken for another's.
  const serverFor = (peer: GrantedPeer, socket: Socket): Http2Server => {
    const channel = new GrantedChannel(peer.grant, { grants: peer.grants, socket, clock });
    log.info('grant.channel', { grantId: peer.grant.grant_id, userId: peer.grant.user_id });
    return create({
      commands: new GrantedCommands(commands, channel),
      files: grantedFileDoor(files, channel, log),
      channel,
    });
  };
  const accept = (socket: Socket, peer: GrantedPeer | undefined) =>
    (peer ? serverFor(peer, socket) : server).emit('connection', socket);
  const door = open.use(new ChannelDoor({ prove, accept, log }));
  open.defer(() => void server.close());
  // Who follows a command hears how it ended, if there is time.
  open.defer(async () => {
    const until = clock.now() + lastWordsMs;
    while (answering > 0 && clock.now() < until) await clock.sleep(10);
  });
  const sockets = socketsIn(runFolder);
  await listenPrivate(server, sockets.agent);
  await listenPrivate(door.server, sockets.channel);
  return open.move();
}

const lastWordsMs = 2_000;

import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { socketsIn } from '../paths.ts';
import { ChannelDoor } from './channel-door.ts';
import { type ApiTools, createAgentServer } from './create-agent-server.ts';
import { listenPrivate } from './listen-private.ts';

interface Options extends Omit<ApiTools, 'health'> {
  readonly runFolder: string;
  readonly prove: ConstructorParameters<typeof ChannelDoor>[0]['prove'];
  readonly health: (channels: number) => ReturnType<ApiTools['health']>;
}

/** Opens the agent's two sockets, root's alone: one for whoever is root here, one for channels that prove themselves. */
export async function serve(options: Options): Promise<AsyncDisposable> {
  const { runFolder, prove, log, health, clock } = options;
  await using open = new AsyncDisposableStack();
  const server: Http2Server = createAgentServer({ ...options, health: () => health(door.channels) });
  const accept = (socket: Socket) => server.emit('connection', socket);
  const door = open.use(new ChannelDoor({ prove, accept, log }));
  let answering = 0;
  server.on('stream', (stream) => {
    answering++;
    stream.once('close', () => answering--);
  });
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

import { SandboxError } from '../contract/api/errors.ts';
import { autoTransport } from './commands/transport/auto-transport.ts';
import { ChannelRest } from './commands/transport/channel-rest.ts';
import type { CommandTransport } from './commands/transport/command-transport.ts';
import { httpTransport } from './commands/transport/http-transport.ts';
import type { Connection } from './connection.ts';
import { autoFiles } from './files/transport/auto-files.ts';
import type { FileTransport } from './files/transport/file-transport.ts';
import { httpFiles } from './files/transport/http-files.ts';

/** How a sandbox is reached. Disposing of the way of commands ends that of files too. */
export interface SandboxTransport {
  readonly commands: CommandTransport;
  readonly files: FileTransport;
}

// A channel stands on what Node has had since 24.
const canHold = (): boolean =>
  typeof process === 'object' && process.versions?.node !== undefined && typeof DisposableStack === 'function';

async function channelTransport(connection: Connection, sandboxId: string) {
  // biome-ignore lint/plugin: only Node may load node: modules, and browsers run this file too
  const { ChannelTransport } = await import('./node/channel/channel-transport.ts');
  return new ChannelTransport(connection, sandboxId);
}

/** The way a sandbox's commands and small files go, as the connection says; nothing is sent yet. Throws `not_configured` where it can't be had. */
export async function openTransport(connection: Connection, sandboxId: string): Promise<SandboxTransport> {
  const { transport, clock } = connection;
  const http = { commands: httpTransport(connection), files: httpFiles(connection) };
  if (transport === 'http' || (transport === 'auto' && !canHold())) return http;
  if (!canHold()) {
    throw new SandboxError('not_configured', 'transport is "channel", which needs Node 24 or later', {
      details: { field: 'transport', value: transport, rule: 'expected http or auto' },
    });
  }
  // Where there is another way, a channel that can't be had at once is not waited for.
  const attempts = transport === 'auto' ? 1 : connection.attempts;
  const channel = await channelTransport({ ...connection, attempts }, sandboxId);
  if (transport === 'channel') return { commands: channel, files: channel.files };
  const rest = new ChannelRest(clock);
  return {
    commands: autoTransport({ channel, http: http.commands, rest }),
    files: autoFiles({ channel: channel.files, http: http.files, rest }),
  };
}

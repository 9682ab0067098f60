import { Commands } from '../../../client/commands/commands.ts';
import { type ConnectionOptions, openConnection } from '../../../client/connection.ts';
import { type MisbehavingService, sandboxId } from '../fakes/misbehaving-service.ts';

/** The library's commands of the one sandbox a misbehaving service has. */
export const commandsOf = async ({ url }: MisbehavingService, more: ConnectionOptions = {}): Promise<Commands> =>
  new Commands(await openConnection({ url, credentials: { token: 't' }, ...more }), sandboxId);

import type { Connection } from '../../connection.ts';
import { send } from '../../http/send/send.ts';
import { readRange } from '../transfers/read-range.ts';
import type { FileTransport } from './file-transport.ts';

/** Files by the API, each question a request of its own. */
export const httpFiles = (connection: Connection): FileTransport => ({
  ask: (name, input, options) => send(connection, name, input, options),
  read: (sandboxId, path, options) => readRange(connection, sandboxId, path, options),
});

import type { Connection } from '../connection.ts';
import type { CommandTransport } from './command-transport.ts';
import { execEvents } from './exec-events.ts';

/** Commands by the API's exec, each a request of its own. Nothing has to be ended. */
export const httpTransport = (connection: Connection): CommandTransport => ({
  events: (call, _, signal) => execEvents(connection, call, signal),
  [Symbol.asyncDispose]: async () => undefined,
});

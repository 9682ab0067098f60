import type { Connection } from '../connection.ts';
import type { CommandTransport } from './transport/command-transport.ts';

/** Where a command is, and the way to it. */
export interface CommandContext {
  readonly connection: Connection;
  readonly transport: CommandTransport;
  readonly sandboxId: string;
}

import { Commands } from '../commands/commands.ts';
import { openConnection, type Transport } from '../connection.ts';
import { openTransport } from '../open-transport.ts';
import { oneOf } from './arguments/one-of.ts';
import type { Arguments, Flags } from './arguments/parse-arguments.ts';
import type { Terminal } from './interact/terminal.ts';
import { connectionOptions } from './verb.ts';

/** The commands of a sandbox. Disposing ends the channel they went through, if there was one. */
export interface OpenCommands extends AsyncDisposable {
  readonly commands: Commands;
}

const transports: readonly Transport[] = ['auto', 'http', 'channel'];

/** For verbs that go on for long, where a channel of one's own pays. */
export const transportFlag = {
  transport: { value: 'way', help: `how bytes go: ${transports.join(', ')} (auto: a channel where there is one)` },
} as const satisfies Flags;

// A person rather waits than starts again: some minutes of trying, unless they leave.
const patientAttempts = 60;

/** The commands of a sandbox, for a verb that stays with one of them until it ends. */
export async function openCommands(args: Arguments, terminal: Terminal, sandboxId: string): Promise<OpenCommands> {
  const connection = await openConnection({
    ...connectionOptions(args, terminal),
    transport: oneOf('transport', args.text('transport'), transports) ?? 'auto',
    attempts: patientAttempts,
  });
  const { commands: transport } = await openTransport(connection, sandboxId);
  return {
    commands: new Commands(connection, sandboxId, transport),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

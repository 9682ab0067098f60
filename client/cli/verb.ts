import type { ConnectionOptions } from '../connection.ts';
import type { CallerKind } from '../credentials.ts';
import { oneOf } from './arguments/one-of.ts';
import type { Arguments, Flags } from './arguments/parse-arguments.ts';
import type { Terminal } from './interact/terminal.ts';

/** One thing the command line can do. */
export interface Verb {
  readonly name: string;
  /** After the name: `<id> [flags]`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: Flags;
  /** What the flags don't say, in lines. */
  readonly notes?: readonly string[];
  /** Exit code of a call that failed. @default 1 */
  readonly failure?: number;
  /** Resolves with the exit code. Throws UsageError, SandboxError, or the Interruption of the terminal. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
}

const callerKinds: readonly CallerKind[] = ['person', 'admin', 'service'];

/** What every verb understands. */
export const commonFlags = {
  as: { value: 'caller', help: `whose credentials to use: ${callerKinds.join(', ')}` },
  url: { value: 'url', help: 'the service, instead of MATRX_URL or the local one' },
  json: { help: 'answer in JSON, as the API does' },
  help: { short: 'h', help: 'show this' },
} as const satisfies Flags;

/** Where and as whom the verb calls. */
export const connectionOptions = (
  args: Arguments,
  terminal: Terminal,
): ConnectionOptions & { signal: AbortSignal } => ({
  url: args.text('url'),
  as: oneOf('as', args.text('as'), callerKinds),
  signal: terminal.ending,
});

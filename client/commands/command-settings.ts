import type * as z from 'zod';
import type { ExecCommand } from '../../contract/api/commands/commands.ts';
import { SandboxError } from '../../contract/api/errors.ts';
import { wholeSeconds } from '../duration.ts';
import { toBase64 } from './output/base64.ts';

/** Rows and columns of a terminal, in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly cols: number;
}

/** How a command is run. */
export interface CommandSettings {
  /** Relative paths start at the home. @default the home; in a session, where its last command ended */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Working directory and exported variables carry over from one command of this name to the next. @default none */
  readonly session?: string | undefined;
  /** Run in a terminal of this size: all output is in stdout, and stdin is open. @default none */
  readonly tty?: TerminalSize | undefined;
  /** `root` only where the deployment allows it. @default agent */
  readonly user?: 'agent' | 'root' | undefined;
  /** Keep the whole output in storage when the command ends. Not through a channel. @default false */
  readonly keepOutput?: boolean | undefined;
  /** The same key joins the command it started before. @default a new one */
  readonly idempotencyKey?: string | undefined;
}

type Body = z.input<typeof ExecCommand>;

function stdinBody(stdin: string | Uint8Array | boolean | undefined): Body['stdin'] {
  if (stdin === undefined || stdin === false) return undefined;
  if (stdin === true) return 'pipe';
  return typeof stdin === 'string' ? { data: stdin } : { data: toBase64(stdin), encoding: 'base64' };
}

/** What is run. Throws `invalid_request` for what is neither a text nor a list, which only JavaScript can give. */
function commandBody(command: string | readonly string[]): Pick<Body, 'command' | 'argv'> {
  if (typeof command === 'string') return { command };
  if (Array.isArray(command)) return { argv: [...command] };
  throw new SandboxError('invalid_request', 'expected a command, or an array of its program and arguments', {
    details: { field: 'command', rule: 'expected a string or an array of strings' },
  });
}

/** The body of an order to run a command. Throws `invalid_request`, as for a duration that is not in whole seconds. */
export const toCommandBody = (
  command: string | readonly string[],
  settings: CommandSettings & {
    readonly stdin?: string | Uint8Array | boolean | undefined;
    readonly timeoutMs?: number | undefined;
  },
) =>
  ({
    ...commandBody(command),
    cwd: settings.cwd,
    env: settings.env && { ...settings.env },
    session: settings.session,
    tty: settings.tty && { rows: settings.tty.rows, cols: settings.tty.cols },
    user: settings.user,
    keep_output: settings.keepOutput,
    stdin: stdinBody(settings.stdin),
    timeout_seconds: wholeSeconds('timeoutMs', settings.timeoutMs),
  }) satisfies Body;

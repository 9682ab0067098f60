import { limits } from '../../contract/api/limits.ts';
import type { Connection } from '../connection.ts';
import { wholeSeconds } from '../duration.ts';
import { toBase64 } from './base64.ts';
import { CommandError } from './command-error.ts';
import { commandIdFor } from './command-id.ts';
import { type CommandResult, succeeded, toCommandResult } from './command-result.ts';
import type { CommandTransport } from './command-transport.ts';
import type { ExecCall } from './exec-call.ts';
import { followCommand } from './follow-command.ts';
import { httpTransport } from './http-transport.ts';
import { KeptOutput } from './kept-output.ts';

/** Called with each piece of output, in order; the next one waits for what it returns. */
export type OutputListener = (bytes: Uint8Array) => void | Promise<void>;

export interface RunOptions {
  /** Relative paths start at the home. @default the home */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The command's standard input, whole, at most 1 MB. @default none */
  readonly stdin?: string | Uint8Array | undefined;
  /** Ends the command, inside the sandbox. Whole seconds. @default 60 s */
  readonly timeoutMs?: number | undefined;
  /** Stops waiting and ends nothing: the outcome is then `running`. Whole seconds. @default until the command ends */
  readonly waitMs?: number | undefined;
  /** Kept in the result, per stream; listeners get everything. @default 1 MB */
  readonly maxOutputBytes?: number | undefined;
  readonly onStarted?: ((commandId: string) => void) | undefined;
  readonly onStdout?: OutputListener | undefined;
  readonly onStderr?: OutputListener | undefined;
  /** Throws CommandError unless the command exits with 0. @default false */
  readonly check?: boolean | undefined;
  /** The same key joins the command it started before. @default a new one */
  readonly idempotencyKey?: string | undefined;
  /** Stops waiting; the command goes on until its time-out. */
  readonly signal?: AbortSignal | undefined;
}

/** The commands of one sandbox. */
export class Commands {
  readonly #connection: Connection;
  readonly #transport: CommandTransport;
  readonly #sandboxId: string;

  constructor(connection: Connection, sandboxId: string, transport: CommandTransport = httpTransport(connection)) {
    this.#connection = connection;
    this.#sandboxId = sandboxId;
    this.#transport = transport;
  }

  /**
   * Runs a command, a string by `bash -lc` or arguments as they are, and resolves when it has ended, whatever its exit
   * code. With `encoding: 'bytes'` the output is bytes, else it is read as UTF-8. Throws SandboxError where no outcome
   * could be had; its details then name the command, which may still run.
   */
  run(
    command: string | readonly string[],
    options: RunOptions & { encoding: 'bytes' },
  ): Promise<CommandResult<Uint8Array>>;
  run(command: string | readonly string[], options?: RunOptions & { encoding?: 'utf8' }): Promise<CommandResult>;
  async run(
    command: string | readonly string[],
    options: RunOptions & { encoding?: 'utf8' | 'bytes' } = {},
  ): Promise<CommandResult<string | Uint8Array>> {
    const maxBytes = options.maxOutputBytes ?? limits.maxOutputBytes.default;
    const kept = { stdout: new KeptOutput(maxBytes), stderr: new KeptOutput(maxBytes) };
    const listeners = { stdout: options.onStdout, stderr: options.onStderr };
    const call = await this.#call(command, options);
    for await (const progress of followCommand(this.#connection, this.#transport, call, options.signal)) {
      if (progress.kind === 'started') options.onStarted?.(progress.commandId);
      if (progress.kind === 'missed') kept[progress.stream].miss();
      if (progress.kind === 'output') {
        kept[progress.stream].add(progress.bytes);
        await listeners[progress.stream]?.(progress.bytes);
      }
      if (progress.kind === 'finished') {
        const read = (output: KeptOutput) => (options.encoding === 'bytes' ? output.bytes() : output.text());
        const result = toCommandResult(progress.outcome, kept, read);
        if (options.check && !succeeded(result)) throw new CommandError(result);
        return result;
      }
    }
    throw new Error('a followed command ends by its outcome or by an error');
  }

  async #call(command: string | readonly string[], options: RunOptions): Promise<ExecCall> {
    const { cwd, env, stdin, idempotencyKey = crypto.randomUUID() } = options;
    const hasTwoWays = this.#connection.transport !== 'http';
    return {
      sandboxId: this.#sandboxId,
      idempotencyKey,
      body: {
        // By exec alone the service makes the id.
        ...(hasTwoWays ? { command_id: await commandIdFor(this.#sandboxId, idempotencyKey) } : {}),
        ...(typeof command === 'string' ? { command } : { argv: [...command] }),
        cwd,
        env: env && { ...env },
        stdin:
          typeof stdin === 'object'
            ? { data: toBase64(stdin), encoding: 'base64' }
            : stdin === undefined
              ? undefined
              : { data: stdin },
        timeout_seconds: wholeSeconds('timeoutMs', options.timeoutMs),
        wait_seconds: wholeSeconds('waitMs', options.waitMs),
      },
    };
  }
}

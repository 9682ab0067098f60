import type { Connection } from '../connection.ts';
import { wholeSeconds } from '../duration.ts';
import { pages } from '../http/pages.ts';
import { assertKnownOptions } from '../known-options.ts';
import type { CommandContext } from './command-context.ts';
import { CommandHandle } from './command-handle.ts';
import { commandIdFor } from './command-id.ts';
import { runOptions, startOptions } from './command-options.ts';
import type { CommandResult } from './command-result.ts';
import { type CommandSettings, toCommandBody } from './command-settings.ts';
import { followCommand } from './follow-command.ts';
import { collectResult, type ResultEncoding, type ResultOptions } from './output/collect-result.ts';
import type { CommandTransport } from './transport/command-transport.ts';
import { httpTransport } from './transport/http-transport.ts';

export interface RunOptions extends CommandSettings, ResultOptions {
  /** The command's standard input, whole, at most 1 MB. @default none */
  readonly stdin?: string | Uint8Array | undefined;
  /** Ends the command, inside the sandbox. Whole seconds. @default 60 s */
  readonly timeoutMs?: number | undefined;
  /** Stops waiting and ends nothing: the outcome is then `running`. Whole seconds. @default until the command ends */
  readonly waitMs?: number | undefined;
  /** Stops waiting; the command goes on until its time-out. */
  readonly signal?: AbortSignal | undefined;
}

export interface StartOptions extends CommandSettings {
  /** All of the command's standard input, at most 1 MB; `true` leaves it open for `handle.stdin`. @default none */
  readonly stdin?: string | Uint8Array | boolean | undefined;
  /** Ends the command, inside the sandbox. Whole seconds. @default none: it ends with the sandbox at the latest */
  readonly timeoutMs?: number | undefined;
  /** Aborts the call, which then throws the signal's reason. The command may have started. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListCommandsOptions {
  /** @default all */
  readonly state?: 'running' | 'ended' | 'all' | undefined;
  /** Commands read by one request, 1 to 100; the iteration goes through all of them. @default 50 */
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The commands of one sandbox. */
export class Commands {
  readonly #context: CommandContext;

  constructor(connection: Connection, sandboxId: string, transport: CommandTransport = httpTransport(connection)) {
    this.#context = { connection, transport, sandboxId };
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
  run(
    command: string | readonly string[],
    options?: RunOptions & { encoding?: 'utf8' | undefined },
  ): Promise<CommandResult>;
  async run(
    command: string | readonly string[],
    options: RunOptions & ResultEncoding = {},
  ): Promise<CommandResult<string | Uint8Array>> {
    assertKnownOptions(options, runOptions);
    const { connection, transport, sandboxId } = this.#context;
    const { idempotencyKey = crypto.randomUUID(), signal } = options;
    const body = {
      ...(await this.#commandId(idempotencyKey)),
      ...toCommandBody(command, options),
      wait_seconds: wholeSeconds('waitMs', options.waitMs),
    };
    const call = { sandboxId, idempotencyKey, body };
    return collectResult(followCommand(connection, transport, call, signal), options);
  }

  /** Starts a command in the background, as `run` takes it, and resolves when it has started. */
  async start(command: string | readonly string[], options: StartOptions = {}): Promise<CommandHandle> {
    assertKnownOptions(options, startOptions);
    const { transport, sandboxId } = this.#context;
    const { idempotencyKey = crypto.randomUUID(), signal } = options;
    const body = { ...(await this.#commandId(idempotencyKey)), ...toCommandBody(command, options) };
    const input = { params: { sandbox_id: sandboxId }, body };
    const info = await transport.ask('startCommand', input, { signal, idempotencyKey });
    // Under a key of the caller's own, the command may have been started and written to before.
    return new CommandHandle(this.#context, info, options.idempotencyKey === undefined ? 0 : undefined);
  }

  /** The command with this id, running or ended. Throws `not_found` where there is none. */
  async get(commandId: string, options: Pick<StartOptions, 'signal'> = {}): Promise<CommandHandle> {
    const { transport, sandboxId } = this.#context;
    const params = { sandbox_id: sandboxId, command_id: commandId };
    return new CommandHandle(this.#context, await transport.ask('getCommand', { params }, options));
  }

  /** The sandbox's commands, newest first, page after page as they are asked for; also after it has ended. */
  async *list(options: ListCommandsOptions = {}): AsyncGenerator<CommandHandle, void, void> {
    const { transport, sandboxId } = this.#context;
    const { state, pageSize, signal } = options;
    const params = { sandbox_id: sandboxId };
    const read = (cursor: string | undefined) =>
      transport.ask('listCommands', { params, query: { state, limit: pageSize, cursor } }, { signal });
    for await (const { commands } of pages(read))
      for (const info of commands) yield new CommandHandle(this.#context, info);
  }

  /** By the API alone the service makes the id; on two ways the caller does, so that both mean the same command. */
  async #commandId(idempotencyKey: string): Promise<{ command_id?: string }> {
    const { connection, sandboxId } = this.#context;
    return connection.transport === 'http' ? {} : { command_id: await commandIdFor(sandboxId, idempotencyKey) };
  }
}

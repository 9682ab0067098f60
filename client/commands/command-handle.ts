import type { signals } from '../../contract/api/commands/command-control.ts';
import type { CommandInfo as WireInfo } from '../../contract/api/commands/command-info.ts';
import type { InputOf } from '../http/send/send.ts';
import type { CommandContext } from './command-context.ts';
import { type CommandInfo, toCommandInfo } from './command-info.ts';
import type { CommandResult } from './command-result.ts';
import type { TerminalSize } from './command-settings.ts';
import { CommandStdin } from './command-stdin.ts';
import { follow } from './follow-command.ts';
import { collectResult, type ResultEncoding, type ResultOptions } from './output/collect-result.ts';
import type { CommandProgress } from './output/command-progress.ts';
import { followedById, type OutputOptions, type OutputPiece, readOutput } from './output/read-output.ts';

/** As `kill -l` writes them. */
export type SignalName = (typeof signals)[number];

interface AskOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends ResultOptions, AskOptions, Pick<OutputOptions, 'offset' | 'stderrOffset'> {
  /** Stops waiting and ends nothing: the outcome is then `running`. @default until the command ends */
  readonly waitMs?: number | undefined;
}

const defaultGraceMs = 2_000;

/**
 * A command that was started, running or ended; it goes on whatever becomes of this object, and `commands.get` finds it again.
 * Every call throws SandboxError, or the reason of its signal.
 */
export class CommandHandle {
  readonly #context: CommandContext;
  #info: WireInfo;
  /** Open where the command was started with `stdin: true` or in a terminal. */
  readonly stdin: CommandStdin;

  /** `stdinOffset`: what the command has been given so far, where that is known. */
  constructor(context: CommandContext, info: WireInfo, stdinOffset?: number) {
    this.#context = context;
    this.#info = info;
    this.stdin = new CommandStdin(context, info.command_id, stdinOffset);
  }

  get commandId(): string {
    return this.#info.command_id;
  }

  get sandboxId(): string {
    return this.#context.sandboxId;
  }

  /** As last read; `refresh` reads again. */
  get info(): CommandInfo {
    return toCommandInfo(this.#info);
  }

  async refresh(options: AskOptions = {}): Promise<CommandInfo> {
    return this.#keep(await this.#ask('getCommand', {}, options));
  }

  /** Its output from any offset, to its end; see OutputOptions. */
  output(options: OutputOptions = {}): AsyncGenerator<OutputPiece, void, void> {
    return readOutput(this.#context, this.commandId, options);
  }

  /** Resolves when it has ended, whatever its exit code, with its output, from the beginning unless told otherwise. */
  wait(options: WaitOptions & { encoding: 'bytes' }): Promise<CommandResult<Uint8Array>>;
  wait(options?: WaitOptions & { encoding?: 'utf8' | undefined }): Promise<CommandResult>;
  async wait(options: WaitOptions & ResultEncoding = {}): Promise<CommandResult<string | Uint8Array>> {
    return collectResult(this.#progress(options), options);
  }

  /** Sends a signal to it and to all it has started; with `escalateAfterMs`, SIGKILL to what is left then. */
  async signal(
    name: SignalName,
    options: AskOptions & { readonly escalateAfterMs?: number | undefined } = {},
  ): Promise<CommandInfo> {
    const body = { signal: name, escalate_after_ms: options.escalateAfterMs };
    return this.#keep(await this.#ask('signalCommand', { body }, options));
  }

  /** Ends it: SIGTERM, and SIGKILL to what is left after `graceMs` (2 s). Resolves when that is on its way; `wait` says when it is over. */
  kill(options: AskOptions & { readonly graceMs?: number | undefined } = {}): Promise<CommandInfo> {
    const { graceMs = defaultGraceMs, signal } = options;
    return graceMs > 0
      ? this.signal('SIGTERM', { signal, escalateAfterMs: graceMs })
      : this.signal('SIGKILL', { signal });
  }

  /** Sets the size of its terminal. Throws `conflict` where it has none. */
  async resize({ rows, cols }: TerminalSize, options: AskOptions = {}): Promise<void> {
    await this.#ask('resizeCommand', { body: { rows, cols } }, options);
  }

  /** The command as the API gives it. */
  toJSON(): WireInfo {
    return this.#info;
  }

  async *#progress(options: WaitOptions): AsyncGenerator<CommandProgress> {
    const { waitMs, signal } = options;
    const { connection } = this.#context;
    const waited = new AbortController();
    using _timer = waitMs === undefined ? undefined : connection.clock.after(waitMs, () => waited.abort());
    const until = signal ? AbortSignal.any([signal, waited.signal]) : waited.signal;
    const followed = followedById(this.#context, this.commandId, {
      from: { stdout: options.offset ?? 0, stderr: options.stderrOffset ?? 0 },
    });
    try {
      yield* follow(connection, followed, until);
    } catch (error) {
      signal?.throwIfAborted();
      if (!waited.signal.aborted) throw error;
      await this.refresh({ signal });
      yield { kind: 'finished', outcome: this.#info };
    }
  }

  async #ask<Name extends 'getCommand' | 'signalCommand' | 'resizeCommand'>(
    name: Name,
    input: { readonly body?: unknown },
    { signal }: AskOptions,
  ) {
    const params = { sandbox_id: this.sandboxId, command_id: this.commandId };
    return this.#context.transport.ask(name, { params, ...input } as InputOf<Name>, { signal });
  }

  #keep(info: WireInfo): CommandInfo {
    this.#info = info;
    return this.info;
  }
}

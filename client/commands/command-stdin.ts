import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';
import type { CommandContext } from './command-context.ts';
import { toBase64 } from './output/base64.ts';

interface WriteOptions {
  /** Stops writing; some of it may have been taken. */
  readonly signal?: AbortSignal | undefined;
}

// How soon a command that has read nothing is asked again.
const pauseMs = 250;

/**
 * The open standard input of a command. Each byte arrives once and in order, whatever breaks in between; one writer at a time.
 * Throws `conflict` when somebody else wrote in between.
 */
export class CommandStdin {
  readonly #context: CommandContext;
  readonly #commandId: string;
  #offset: number | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** `offset`: what the command has been given so far, where that is known. */
  constructor(context: CommandContext, commandId: string, offset?: number) {
    this.#context = context;
    this.#commandId = commandId;
    this.#offset = offset;
  }

  /** Resolves when the sandbox has taken it all. Waits while the command does not read. */
  write(data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return this.#inTurn(() => this.#write(bytes, options));
  }

  /** Writes what is given, then says that nothing will follow. Harmless to repeat. */
  end(data: string | Uint8Array = '', options: WriteOptions = {}): Promise<void> {
    return this.write(data, options).then(() => this.#inTurn(() => this.#end(options)));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #write(bytes: Uint8Array, options: WriteOptions): Promise<void> {
    const begin = await this.#known(options);
    for (let sent = 0; sent < bytes.length; ) {
      const part = bytes.subarray(sent, sent + limits.stdinPageBytes);
      const offset = begin + sent;
      const taken = await this.#post({ data: toBase64(part), offset }, options);
      if (taken === undefined || taken === offset) {
        await this.#context.connection.clock.sleep(pauseMs, options.signal);
        continue;
      }
      if (taken < offset || taken > offset + part.length) throw this.#taken(taken, offset + part.length);
      sent = taken - begin;
      this.#offset = taken;
    }
  }

  async #end(options: WriteOptions): Promise<void> {
    const offset = await this.#known(options);
    await this.#post({ offset, eof: true }, options);
  }

  /** Where the next byte goes; asked once where it is not known from the start. */
  async #known(options: WriteOptions): Promise<number> {
    this.#offset ??= (await this.#post({}, options)) ?? 0;
    return this.#offset;
  }

  /** How many bytes have been taken; undefined while there is no room. */
  async #post(
    body: { readonly data?: string; readonly offset?: number; readonly eof?: boolean },
    { signal }: WriteOptions,
  ): Promise<number | undefined> {
    const { transport, sandboxId } = this.#context;
    const params = { sandbox_id: sandboxId, command_id: this.#commandId };
    try {
      // With an offset, or with nothing to write, the same again changes nothing.
      return (await transport.ask('writeStdin', { params, body }, { signal, repeatable: true })).offset;
    } catch (error) {
      if (error instanceof SandboxError && error.code === 'rate_limited') return undefined;
      throw error;
    }
  }

  #taken(taken: number, expected: number): SandboxError {
    this.#offset = undefined;
    return new SandboxError(
      'conflict',
      `the command has been given ${taken} bytes, expected ${expected}: somebody else writes to it`,
      {
        details: { field: 'offset', value: String(taken), rule: `at most ${expected}`, command_id: this.#commandId },
      },
    );
  }
}

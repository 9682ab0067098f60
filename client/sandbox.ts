import type { Sandbox as SandboxRecord, Status } from '../contract/api/sandboxes/sandbox-record.ts';
import { Commands } from './commands/commands.ts';
import type { CommandTransport } from './commands/transport/command-transport.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { createOptions } from './create-options.ts';
import { Files } from './files/files.ts';
import { send } from './http/send/send.ts';
import { assertKnownOptions } from './known-options.ts';
import { listRecords } from './list-records.ts';
import { type LogLine, type LogOptions, readLog } from './logs/read-log.ts';
import { openTransport, type SandboxTransport } from './open-transport.ts';
import {
  type SandboxChanges,
  type SandboxInfo,
  type SandboxSettings,
  settingsLike,
  toCreateBody,
  toPatchBody,
  toSandboxInfo,
} from './sandbox-info.ts';
import { type SandboxMetrics, toSandboxMetrics } from './sandbox-metrics.ts';
import { Session } from './session.ts';
import { type Checkpoint, toCheckpoint } from './storage/checkpoint.ts';
import { type CheckpointOptions, makeCheckpoint } from './storage/make-checkpoint.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface CreateOptions extends SandboxSettings, ConnectionOptions, CallOptions {
  /** Resolve when the sandbox is ready, not when it is only recorded. @default true */
  readonly wait?: boolean | undefined;
  /** The same key and settings give the same sandbox. @default a new one */
  readonly idempotencyKey?: string | undefined;
}

/** What another sandbox is to have otherwise. */
export type ForkOptions = Omit<CreateOptions, 'from' | 'userId' | keyof ConnectionOptions>;

export interface ListOptions extends ConnectionOptions, CallOptions {
  readonly userId?: string | undefined;
  readonly status?: Status | undefined;
  /** Each must match. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Sandboxes read by one request, 1 to 100; the iteration goes through all of them. @default 50 */
  readonly pageSize?: number | undefined;
}

/**
 * An isolated Linux machine. Every call throws SandboxError, whose `code` says what happened, or the reason of its
 * signal. `await using` ends the sandbox with the block.
 */
export class Sandbox implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #transport: CommandTransport;
  #record: SandboxRecord;
  readonly commands: Commands;
  readonly files: Files;

  private constructor(connection: Connection, record: SandboxRecord, transport: SandboxTransport) {
    this.#connection = connection;
    this.#record = record;
    this.#transport = transport.commands;
    this.commands = new Commands(connection, record.sandbox_id, transport.commands);
    this.files = new Files(connection, record.sandbox_id, transport.files);
  }

  static async #over(connection: Connection, record: SandboxRecord): Promise<Sandbox> {
    return new Sandbox(connection, record, await openTransport(connection, record.sandbox_id));
  }

  /** Creates a sandbox. One that fails to start, or is not waited for to the end, is not left behind. */
  static async create(options: CreateOptions = {}): Promise<Sandbox> {
    assertKnownOptions(options, createOptions);
    return Sandbox.#begin(await openConnection(options), options);
  }

  static async #begin(connection: Connection, options: CreateOptions): Promise<Sandbox> {
    const { signal, idempotencyKey } = options;
    const record = await send(connection, 'createSandbox', { body: toCreateBody(options) }, { signal, idempotencyKey });
    const sandbox = await Sandbox.#over(connection, record);
    if (options.wait === false) return sandbox;
    try {
      await sandbox.waitUntilReady({ signal });
    } catch (error) {
      // Best effort: its own time to live ends it in any case.
      await sandbox.kill({ graceful: false }).catch(() => undefined);
      throw error;
    }
    return sandbox;
  }

  /** The sandbox with this id, as it is now. */
  static async connect(sandboxId: string, options: ConnectionOptions & CallOptions = {}): Promise<Sandbox> {
    const connection = await openConnection(options);
    const record = await send(connection, 'getSandbox', { params: { sandbox_id: sandboxId } }, options);
    return Sandbox.#over(connection, record);
  }

  /** The caller's sandboxes, newest first, page after page as they are asked for. */
  static async *list(options: ListOptions = {}): AsyncGenerator<Sandbox, void, void> {
    const connection = await openConnection(options);
    for await (const record of listRecords(connection, options)) yield await Sandbox.#over(connection, record);
  }

  get sandboxId(): string {
    return this.#record.sandbox_id;
  }

  /** As last read; `refresh` reads again. */
  get info(): SandboxInfo {
    return toSandboxInfo(this.#record);
  }

  /** The session of this name: commands that share working directory and exported variables. Sends nothing. */
  session(name: string): Session {
    return new Session(this.commands, name);
  }

  async refresh(options: CallOptions = {}): Promise<SandboxInfo> {
    return this.#keep(await send(this.#connection, 'getSandbox', this.#one(), options));
  }

  /** Resolves when commands can run. Throws `sandbox_ended` when it ends instead, `timed_out` after five minutes. */
  async waitUntilReady(options: CallOptions = {}): Promise<SandboxInfo> {
    const read = async (signal: AbortSignal) => {
      await this.refresh({ signal });
      return this.#record;
    };
    await waitUntilReady(this.#connection, read, this.#record, options.signal);
    return this.info;
  }

  /** Sets how long it lives, counted from now, in milliseconds. */
  async setTimeout(ttlMs: number, options: CallOptions = {}): Promise<SandboxInfo> {
    return this.update({ ttlMs }, options);
  }

  /** Changes what is named; labels are replaced as a whole. */
  async update(changes: SandboxChanges, options: CallOptions = {}): Promise<SandboxInfo> {
    const input = { ...this.#one(), body: toPatchBody(changes) };
    return this.#keep(await send(this.#connection, 'patchSandbox', input, options));
  }

  /** Saves its home now and resolves when it is saved; where nothing has changed, with the checkpoint it is as. */
  async checkpoint(options: CheckpointOptions = {}): Promise<Checkpoint> {
    return toCheckpoint(await makeCheckpoint(this.#connection, this.sandboxId, options));
  }

  /** Saves its home and creates another sandbox like this one that begins with it. What is not named is as here, but for environment and labels. */
  async fork(options: ForkOptions = {}): Promise<Sandbox> {
    const { checkpointId } = await this.checkpoint({ signal: options.signal });
    return Sandbox.#begin(this.#connection, {
      ...settingsLike(this.info, options),
      ...options,
      from: { checkpointId },
    });
  }

  /** What its machine has and uses, now and in the past hour. */
  async metrics(options: CallOptions = {}): Promise<SandboxMetrics> {
    return toSandboxMetrics(await send(this.#connection, 'getMetrics', this.#one(), options));
  }

  /** What its agent has logged, oldest first, page after page as it is asked for; also after its end. */
  logs(options: LogOptions = {}): AsyncGenerator<LogLine> {
    return readLog(this.#connection, this.sandboxId, options);
  }

  /** Ends it; harmless to repeat. Graceful lets commands end by SIGTERM first and is the default. */
  async kill(options: CallOptions & { readonly graceful?: boolean | undefined } = {}): Promise<SandboxInfo> {
    const graceful = options.graceful === false ? 'false' : 'true';
    const input = { ...this.#one(), query: { graceful } } as const;
    await this.disconnect();
    return this.#keep(await send(this.#connection, 'deleteSandbox', input, options));
  }

  /** Ends the channel that commands went through, if there is one; the sandbox and its commands go on. Never rejects. */
  async disconnect(): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  /** The record as the API gives it. */
  toJSON(): SandboxRecord {
    return this.#record;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #one() {
    return { params: { sandbox_id: this.sandboxId } };
  }

  #keep(record: SandboxRecord): SandboxInfo {
    this.#record = record;
    return this.info;
  }
}

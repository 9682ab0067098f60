import { readChunks } from '../../../channel/near/read-chunks.ts';
import type { ChannelRequest } from '../../../channel/near/request.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import { commandFrames } from '../../../contract/agent/command-frames.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { commandIdFor } from '../../commands/command-id.ts';
import type {
  CommandRoute,
  CommandTransport,
  RawOutput,
  ReadUpTo,
  TransportEvent,
  WantedOutput,
} from '../../commands/transport/command-transport.ts';
import type { ExecCall } from '../../commands/transport/exec-call.ts';
import type { Connection } from '../../connection.ts';
import type { FileTransport } from '../../files/transport/file-transport.ts';
import { parseAnswer } from '../../http/read/read-answer.ts';
import type { InputOf, OutputOf, SendOptions } from '../../http/send/send.ts';
import { askAgent, channelLost } from './ask-agent.ts';
import { askCommand } from './ask-command.ts';
import { channelFiles } from './channel-files.ts';
import { type OpenAccess, openAccess } from './open-access.ts';
import { readJson } from './read-json.ts';
import { framesRequest, startRequest } from './start-request.ts';

interface FramesOptions {
  readonly from: ReadUpTo;
  readonly until?: 'now';
  readonly signal: AbortSignal;
}

/**
 * Commands and files through a channel that this process holds, with no function in between. It is opened by the first one, kept,
 * found again after a cut, and opened anew when it is lost for good.
 */
export class ChannelTransport implements CommandTransport {
  readonly #connection: Connection;
  readonly #sandboxId: string;
  readonly #disposed = new AbortController();
  #opening: Promise<OpenAccess> | undefined;
  /** Small files by the same channel. */
  readonly files: FileTransport;

  constructor(connection: Connection, sandboxId: string) {
    this.#connection = connection;
    this.#sandboxId = sandboxId;
    this.files = channelFiles(connection, async () => (await this.#open()).http);
  }

  async *events(call: ExecCall, from: ReadUpTo, signal: AbortSignal): AsyncGenerator<TransportEvent> {
    const commandId = await commandIdFor(call.sandboxId, call.idempotencyKey);
    const request = startRequest(call, commandId, from);
    // The time to wait begins when the way is open.
    const { clock } = this.#connection;
    await this.#open();
    const waited = new AbortController();
    using _wait = waitOf(call, this.#connection, () => waited.abort());
    try {
      yield* this.#frames(request, commandId, { from, signal: AbortSignal.any([signal, waited.signal]) });
    } catch (error) {
      signal.throwIfAborted();
      if (!waited.signal.aborted) throw error;
      const { http } = await this.#open();
      const { method, path } = agentApi.getCommand;
      const body = await askAgent(http, { method, path: path.replace('{command_id}', commandId) }, { clock, signal });
      yield { event: 'finished', result: parseAnswer(CommandOutcome, await readJson(body), 'the outcome') };
    }
  }

  async *follow(wanted: WantedOutput, from: ReadUpTo, signal: AbortSignal): AsyncGenerator<TransportEvent> {
    const { commandId, stream } = wanted;
    for await (const event of this.#frames(framesRequest(commandId, from), commandId, { from, signal })) {
      if (!stream || !('bytes' in event) || event.event === stream) yield event;
    }
  }

  async *read(wanted: WantedOutput, from: ReadUpTo, signal: AbortSignal): AsyncGenerator<RawOutput> {
    const { commandId, stream } = wanted;
    const request = framesRequest(commandId, from, 'now');
    for await (const event of this.#frames(request, commandId, { from, until: 'now', signal })) {
      if ('bytes' in event && (!stream || event.event === stream)) yield event;
    }
  }

  async ask<Name extends CommandRoute>(
    name: Name,
    input: InputOf<Name>,
    options: SendOptions,
  ): Promise<OutputOf<Name>> {
    return askCommand(this.#connection, async () => (await this.#open()).http, { name, input, options });
  }

  /** Ends the channel, if there is one; for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new SandboxError('connection_lost', 'the channel was closed by this process'));
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then(
      (access) => access.close(),
      () => undefined,
    );
  }

  async *#frames(
    request: ChannelRequest,
    commandId: string,
    { from, until, signal }: FramesOptions,
  ): AsyncGenerator<TransportEvent> {
    const { http } = await this.#open();
    const body = await askAgent(http, request, { clock: this.#connection.clock, signal });
    const stop = () => body.close();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      yield { event: 'started', command_id: commandId };
      for await (const event of commandFrames(readChunks(body), commandId, { ...from }, { until })) {
        if (event.kind === 'finished') yield { event: 'finished', result: event.outcome };
        else yield { event: event.kind, offset: event.offset, bytes: event.data };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ChannelBroken ? channelLost(error) : error;
    } finally {
      body.on('error', () => undefined).close();
      signal.removeEventListener('abort', stop);
    }
  }

  #open(): Promise<OpenAccess> {
    this.#disposed.signal.throwIfAborted();
    this.#opening ??= this.#openNow();
    return this.#opening;
  }

  async #openNow(): Promise<OpenAccess> {
    try {
      const access = await openAccess(this.#connection, this.#sandboxId, this.#disposed.signal);
      access.http.once('close', () => {
        if (this.#disposed.signal.aborted) return;
        this.#opening = undefined;
        // What is left of it keeps a slot.
        void access.close();
      });
      return access;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}

/** Ends the waiting when the call says so; the command goes on. */
function waitOf({ body }: ExecCall, { clock }: Connection, stop: () => void): Disposable | undefined {
  return body.wait_seconds === undefined ? undefined : clock.after(body.wait_seconds * 1_000, stop);
}

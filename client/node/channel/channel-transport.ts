import { readChunks } from '../../../channel/near/read-chunks.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import { commandFrames } from '../../../contract/agent/command-frames.ts';
import { agentApi, type StartCommand } from '../../../contract/agent/commands.ts';
import { CommandOutcome } from '../../../contract/api/command-result.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import { commandIdFor } from '../../commands/command-id.ts';
import type { CommandTransport, ReadUpTo, TransportEvent } from '../../commands/command-transport.ts';
import type { ExecCall } from '../../commands/exec-call.ts';
import type { Connection } from '../../connection.ts';
import { parseAnswer } from '../../http/read-answer.ts';
import { askAgent, channelLost } from './ask-agent.ts';
import { type OpenAccess, openAccess } from './open-access.ts';
import { readJson } from './read-json.ts';

/**
 * Commands through a channel that this process holds, with no function in between. It is opened by the first command, kept, found
 * again after a cut, and opened anew when it is lost for good.
 */
export class ChannelTransport implements CommandTransport {
  readonly #connection: Connection;
  readonly #sandboxId: string;
  readonly #disposed = new AbortController();
  #opening: Promise<OpenAccess> | undefined;

  constructor(connection: Connection, sandboxId: string) {
    this.#connection = connection;
    this.#sandboxId = sandboxId;
  }

  async *events(call: ExecCall, from: ReadUpTo, signal: AbortSignal): AsyncGenerator<TransportEvent> {
    const commandId = await commandIdFor(call.sandboxId, call.idempotencyKey);
    const { http } = await this.#open();
    const { clock } = this.#connection;
    const waited = new AbortController();
    using _wait = waitOf(call, this.#connection, () => waited.abort());
    const body = await askAgent(http, startRequest(call, commandId, from), { clock, signal });
    yield { event: 'started', command_id: commandId };
    const stop = () => body.close();
    for (const each of [signal, waited.signal]) each.addEventListener('abort', stop, { once: true });
    if (signal.aborted || waited.signal.aborted) stop();
    try {
      for await (const event of commandFrames(readChunks(body), commandId, { ...from })) {
        if (event.kind === 'finished') yield { event: 'finished', result: event.outcome };
        else yield { event: event.kind, offset: event.offset, bytes: event.data };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!waited.signal.aborted) throw error instanceof ChannelBroken ? channelLost(error) : error;
      yield { event: 'finished', result: await this.#outcomeSoFar(commandId, signal) };
    } finally {
      body.on('error', () => undefined).close();
      for (const each of [signal, waited.signal]) each.removeEventListener('abort', stop);
    }
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

  /** How a command stands that its caller no longer waits for. */
  async #outcomeSoFar(commandId: string, signal: AbortSignal): Promise<CommandOutcome> {
    const { http } = await this.#open();
    const { method, path } = agentApi.getCommand;
    const request = { method, path: path.replace('{command_id}', commandId) };
    const body = await askAgent(http, request, { clock: this.#connection.clock, signal });
    return parseAnswer(CommandOutcome, await readJson(body), 'the outcome');
  }
}

/** Ends the waiting when the call says so; the command goes on. */
function waitOf({ body }: ExecCall, { clock }: Connection, stop: () => void): Disposable | undefined {
  return body.wait_seconds === undefined ? undefined : clock.after(body.wait_seconds * 1_000, stop);
}

function startRequest({ body }: ExecCall, commandId: string, from: ReadUpTo) {
  const { command, argv, cwd, env = {}, stdin, tty, session, user } = body;
  const { timeout_seconds = limits.timeoutSeconds.default } = body;
  const order = {
    command_id: commandId,
    command,
    argv,
    cwd,
    env,
    stdin,
    tty,
    session,
    user,
    timeout_seconds,
  } satisfies Record<keyof StartCommand, unknown>;
  const query = new URLSearchParams({ stdout_offset: String(from.stdout), stderr_offset: String(from.stderr) });
  const { method, path } = agentApi.startCommand;
  return { method, path: `${path}?${query}`, body: order };
}

import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';
import type { Connection } from '../connection.ts';
import { Deadline } from '../http/send/deadline.ts';
import { Retries } from '../http/send/retries.ts';
import { type CommandProgress, ProgressReader } from './output/command-progress.ts';
import type { CommandTransport, TransportEvent } from './transport/command-transport.ts';
import type { ExecCall } from './transport/exec-call.ts';

// The service ends an overdue command within seconds; the rest is for channels and joins.
const graceMs = 120_000;
const pauseBeforeJoinMs = 100;
// A stream that lasted for two heartbeats was no failure, however it ended.
const lastingMs = 30_000;

/** `channel_lost` is no reason to repeat a call, but it is one to join a command again. */
const joinable = (error: unknown): unknown =>
  error instanceof SandboxError && error.code === 'channel_lost'
    ? new SandboxError('connection_lost', error.message, { cause: error, requestId: error.requestId })
    : error;

/** The same error, saying which command may still run and with which key it can be joined. */
function locate(error: unknown, commandId: string | undefined, idempotencyKey: string | undefined): unknown {
  if (!(error instanceof SandboxError) || commandId === undefined) return error;
  return new SandboxError(error.code, `${error.message} (command ${commandId} may still run)`, {
    cause: error,
    details: { ...error.details, command_id: commandId, ...(idempotencyKey && { idempotency_key: idempotencyKey }) },
    requestId: error.requestId,
    retryAfterSeconds: error.retryAfterSeconds,
  });
}

/** A command that is followed to its end, by streams that each may break. */
export interface Followed {
  readonly reader: ProgressReader;
  /** Opens one stream about the command, to be read on from where the reader is. */
  readonly events: (signal: AbortSignal) => AsyncIterable<TransportEvent>;
  /** All streams together. */
  readonly limitMs: number;
  /** Named in errors, to join the command by. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Follows a command to its end over as many streams as that takes: one that breaks, falls silent or stops waiting is followed by
 * another, and what was handed on is not handed on again. Ends with `finished`. Throws the service's error, `timed_out`,
 * `connection_lost` or the reason of `signal`.
 */
export async function* follow(
  { clock, attempts }: Pick<Connection, 'clock' | 'attempts'>,
  { reader, events, limitMs, idempotencyKey }: Followed,
  signal?: AbortSignal,
): AsyncGenerator<CommandProgress> {
  using deadline = new Deadline(clock, limitMs, 'waiting for the command', signal);
  const retries = new Retries({ clock, attempts, deadline, repeatable: true });
  for (;;) {
    const begunMs = clock.now();
    try {
      for await (const progress of readAll(events(deadline.signal), reader)) {
        if (progress.kind === 'output') retries.progress();
        yield progress;
        if (progress.kind === 'finished') return;
      }
      // The service has stopped waiting and the command still runs.
      await clock.sleep(pauseBeforeJoinMs, deadline.signal);
    } catch (error) {
      if (clock.now() - begunMs >= lastingMs) retries.progress();
      await retries.again(joinable(error)).catch((final: unknown) => {
        throw locate(final, reader.commandId, idempotencyKey);
      });
    }
  }
}

async function* readAll(
  events: AsyncIterable<TransportEvent>,
  reader: ProgressReader,
): AsyncGenerator<CommandProgress> {
  for await (const event of events) yield* reader.read(event);
}

/** One stream about a call: by the command's id, from where the reader is, once that is known; else by the call itself. */
async function* eventsOf(
  transport: CommandTransport,
  call: ExecCall,
  reader: ProgressReader,
  signal: AbortSignal,
): AsyncGenerator<TransportEvent> {
  const { commandId } = reader;
  // How long to wait is something only the call says.
  if (commandId !== undefined && call.body.wait_seconds === undefined) {
    try {
      return yield* transport.follow({ sandboxId: call.sandboxId, commandId }, reader.upTo, signal);
    } catch (error) {
      // Nobody has heard of it after all: its key starts it, once.
      if (!(error instanceof SandboxError) || error.code !== 'not_found') throw error;
    }
  }
  yield* transport.events(call, reader.upTo, signal);
}

/** Runs a command and follows it; a stream that breaks is followed by another. */
export function followCommand(
  connection: Pick<Connection, 'clock' | 'attempts'>,
  transport: CommandTransport,
  call: ExecCall,
  signal?: AbortSignal,
): AsyncGenerator<CommandProgress> {
  const { idempotencyKey, body } = call;
  const { timeout_seconds: timeoutSeconds = limits.timeoutSeconds.default, wait_seconds: waitSeconds } = body;
  const reader = new ProgressReader(waitSeconds !== undefined);
  const events = (until: AbortSignal) => eventsOf(transport, call, reader, until);
  const limitMs = (waitSeconds ?? timeoutSeconds) * 1_000 + graceMs;
  return follow(connection, { reader, events, limitMs, idempotencyKey }, signal);
}

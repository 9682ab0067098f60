import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';
import type { Connection } from '../connection.ts';
import { Deadline } from '../http/deadline.ts';
import { Retries } from '../http/retries.ts';
import { type CommandProgress, ProgressReader } from './command-progress.ts';
import type { CommandTransport } from './command-transport.ts';
import type { ExecCall } from './exec-call.ts';

// The service ends an overdue command within seconds; the rest is for channels and joins.
const graceMs = 120_000;
const pauseBeforeJoinMs = 100;

/** `channel_lost` is no reason to repeat a call, but it is one to join a command again. */
const joinable = (error: unknown): unknown =>
  error instanceof SandboxError && error.code === 'channel_lost'
    ? new SandboxError('connection_lost', error.message, { cause: error, requestId: error.requestId })
    : error;

/** The same error, saying which command may still run and with which key it can be joined. */
function locate(error: unknown, commandId: string | undefined, idempotencyKey: string): unknown {
  if (!(error instanceof SandboxError) || commandId === undefined) return error;
  return new SandboxError(error.code, `${error.message} (command ${commandId} may still run)`, {
    cause: error,
    details: { ...error.details, command_id: commandId, idempotency_key: idempotencyKey },
    requestId: error.requestId,
    retryAfterSeconds: error.retryAfterSeconds,
  });
}

/** One stream about the command, read on from where the reader is. */
async function* join(
  transport: CommandTransport,
  call: ExecCall,
  reader: ProgressReader,
  signal: AbortSignal,
): AsyncGenerator<CommandProgress> {
  for await (const event of transport.events(call, reader.upTo, signal)) yield* reader.read(event);
}

/**
 * Runs a command and follows it to its end over as many streams as that takes: one that breaks, falls silent or stops
 * waiting is followed by another under the same key, and what was handed on is not handed on again. Ends with
 * `finished`. Throws the service's error, `timed_out`, `connection_lost` or the reason of `signal`.
 */
export async function* followCommand(
  connection: Pick<Connection, 'clock' | 'attempts'>,
  transport: CommandTransport,
  call: ExecCall,
  signal?: AbortSignal,
): AsyncGenerator<CommandProgress> {
  const { clock, attempts } = connection;
  const { timeout_seconds: timeoutSeconds = limits.timeoutSeconds.default, wait_seconds: waitSeconds } = call.body;
  const limitMs = (waitSeconds ?? timeoutSeconds) * 1_000 + graceMs;
  using deadline = new Deadline(clock, limitMs, 'waiting for the command', signal);
  const retries = new Retries({ clock, attempts, deadline, repeatable: true });
  const reader = new ProgressReader(waitSeconds !== undefined);
  for (;;) {
    try {
      for await (const progress of join(transport, call, reader, deadline.signal)) {
        if (progress.kind === 'output') retries.progress();
        yield progress;
        if (progress.kind === 'finished') return;
      }
      // The service has stopped waiting and the command still runs.
      await clock.sleep(pauseBeforeJoinMs, deadline.signal);
    } catch (error) {
      await retries.again(joinable(error)).catch((final: unknown) => {
        throw locate(final, reader.commandId, call.idempotencyKey);
      });
    }
  }
}

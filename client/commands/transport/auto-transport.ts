import { commandControlRoutes } from '../../../contract/api/command-control.ts';
import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { CommandTransport } from './command-transport.ts';

interface Ways {
  readonly channel: CommandTransport;
  readonly http: CommandTransport;
  readonly clock: Clock;
}

// How long a channel that failed is not asked for again.
const restMs = 30_000;

// What is wrong with the call is wrong on the other way too.
const callFaults: readonly ErrorCode[] = [
  'invalid_request',
  'unauthenticated',
  'idempotency_conflict',
  'conflict',
  'session_busy',
  'rate_limited',
  'too_large',
];
const askFaults: ReadonlySet<ErrorCode> = new Set(callFaults);

// And so is what is wrong with the sandbox, where something is to run in it. What has been run can still be read.
const runFaults: ReadonlySet<ErrorCode> = new Set([...callFaults, 'not_found', 'sandbox_not_ready', 'sandbox_ended']);

// The channel broke, and nobody knows whether it was heard.
const unsure: ReadonlySet<ErrorCode> = new Set(['connection_lost', 'timed_out']);

/**
 * Commands through a channel where that is offered and works, else by the API. A call goes the second way with the id it had on the
 * first, so that it joins the command there where it has started. What must not be asked twice is not.
 */
export function autoTransport({ channel, http, clock }: Ways): CommandTransport {
  let restUntilMs = 0;
  const rests = () => clock.now() < restUntilMs;
  /** Rethrows what the other way would not change, else lets the channel rest. */
  const rest = (error: unknown, faults: ReadonlySet<ErrorCode>) => {
    if (!(error instanceof SandboxError) || faults.has(error.code)) throw error;
    restUntilMs = error.code === 'forbidden' ? Number.POSITIVE_INFINITY : clock.now() + restMs;
  };
  async function* either<Event>(
    way: (transport: CommandTransport) => AsyncIterable<Event>,
    faults: ReadonlySet<ErrorCode>,
    signal: AbortSignal,
  ): AsyncGenerator<Event> {
    if (!rests()) {
      try {
        return yield* way(channel);
      } catch (error) {
        signal.throwIfAborted();
        rest(error, faults);
      }
    }
    yield* way(http);
  }
  return {
    events: (call, from, signal) => either((way) => way.events(call, from, signal), runFaults, signal),
    follow: (wanted, from, signal) => either((way) => way.follow(wanted, from, signal), askFaults, signal),
    read: (wanted, from, signal) => either((way) => way.read(wanted, from, signal), askFaults, signal),
    async ask(name, input, options) {
      // Both ways make the same command of it.
      const keyed = { ...options, idempotencyKey: options.idempotencyKey ?? crypto.randomUUID() };
      if (!rests()) {
        try {
          return await channel.ask(name, input, keyed);
        } catch (error) {
          options.signal?.throwIfAborted();
          const repeatable = options.repeatable ?? commandControlRoutes[name].repeatable !== 'never';
          if (!repeatable && error instanceof SandboxError && unsure.has(error.code)) throw error;
          rest(error, askFaults);
        }
      }
      return http.ask(name, input, keyed);
    },
    [Symbol.asyncDispose]: async () => {
      restUntilMs = Number.POSITIVE_INFINITY;
      await channel[Symbol.asyncDispose]();
    },
  };
}

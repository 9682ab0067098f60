import { type ErrorCode, SandboxError } from '../../contract/api/errors.ts';
import type { Clock } from '../../contract/clock.ts';
import type { CommandTransport } from './command-transport.ts';

interface Ways {
  readonly channel: CommandTransport;
  readonly http: CommandTransport;
  readonly clock: Clock;
}

// How long a channel that failed is not asked for again.
const restMs = 30_000;

// What is wrong with the call or with the sandbox is wrong on the other way too.
const everywhere: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'unauthenticated',
  'not_found',
  'sandbox_not_ready',
  'idempotency_conflict',
  'sandbox_ended',
  'too_large',
]);

/**
 * Commands through a channel where that is offered and works, else by exec. A call goes the second way with the id it had on the
 * first, so that it joins the command there where it has started.
 */
export function autoTransport({ channel, http, clock }: Ways): CommandTransport {
  let restUntilMs = 0;
  return {
    async *events(call, from, signal) {
      if (clock.now() >= restUntilMs) {
        try {
          return yield* channel.events(call, from, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof SandboxError) || everywhere.has(error.code)) throw error;
          restUntilMs = error.code === 'forbidden' ? Number.POSITIVE_INFINITY : clock.now() + restMs;
        }
      }
      yield* http.events(call, from, signal);
    },
    [Symbol.asyncDispose]: async () => {
      restUntilMs = Number.POSITIVE_INFINITY;
      await channel[Symbol.asyncDispose]();
    },
  };
}

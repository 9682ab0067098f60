import { commandControlRoutes } from '../../../contract/api/command-control.ts';
import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import { type ChannelRest, callFaults, unsure } from './channel-rest.ts';
import type { CommandTransport } from './command-transport.ts';

interface Ways {
  readonly channel: CommandTransport;
  readonly http: CommandTransport;
  readonly rest: ChannelRest;
}

const askFaults: ReadonlySet<ErrorCode> = new Set(callFaults);

// And so is what is wrong with the sandbox, where something is to run in it. What has been run can still be read.
const runFaults: ReadonlySet<ErrorCode> = new Set([...callFaults, 'not_found', 'sandbox_not_ready', 'sandbox_ended']);

/**
 * Commands through a channel where that is offered and works, else by the API. A call goes the second way with the id it had on the
 * first, so that it joins the command there where it has started. What must not be asked twice is not.
 */
export function autoTransport({ channel, http, rest }: Ways): CommandTransport {
  async function* either<Event>(
    way: (transport: CommandTransport) => AsyncIterable<Event>,
    faults: ReadonlySet<ErrorCode>,
    signal: AbortSignal,
  ): AsyncGenerator<Event> {
    if (!rest.rests()) {
      try {
        return yield* way(channel);
      } catch (error) {
        signal.throwIfAborted();
        rest.begin(error, faults);
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
      if (!rest.rests()) {
        try {
          return await channel.ask(name, input, keyed);
        } catch (error) {
          options.signal?.throwIfAborted();
          const repeatable = options.repeatable ?? commandControlRoutes[name].repeatable !== 'never';
          if (!repeatable && error instanceof SandboxError && unsure.has(error.code)) throw error;
          rest.begin(error, askFaults);
        }
      }
      return http.ask(name, input, keyed);
    },
    [Symbol.asyncDispose]: async () => {
      rest.forGood();
      await channel[Symbol.asyncDispose]();
    },
  };
}

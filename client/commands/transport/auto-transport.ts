import { commandControlRoutes } from '../../../contract/api/commands/command-control.ts';
import type { ErrorCode } from '../../../contract/api/errors.ts';
import { type ChannelRest, callFaults, unsure } from './channel-rest.ts';
import type { CommandTransport } from './command-transport.ts';

interface Ways {
  readonly channel: CommandTransport;
  readonly http: CommandTransport;
  readonly rest: ChannelRest;
}

// What has been run can still be read when the sandbox has ended, by the other way.
const askFaults: ReadonlySet<ErrorCode> = new Set(callFaults);

// What must not be asked twice.
const onceFaults: ReadonlySet<ErrorCode> = new Set([...callFaults, ...unsure]);

// Where something is to run in it, what is wrong with the sandbox is wrong on the other way too.
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
      const repeatable = options.repeatable ?? commandControlRoutes[name].repeatable !== 'never';
      const ways = {
        channel: () => channel.ask(name, input, keyed),
        http: () => http.ask(name, input, keyed),
      };
      return rest.either(ways, repeatable ? askFaults : onceFaults, options.signal);
    },
    [Symbol.asyncDispose]: async () => {
      rest.forGood();
      await channel[Symbol.asyncDispose]();
    },
  };
}

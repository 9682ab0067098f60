import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import { fileRoutes } from '../../../contract/api/files.ts';
import { type ChannelRest, callFaults, unsure } from '../../commands/transport/channel-rest.ts';
import type { FileTransport } from './file-transport.ts';

interface Ways {
  readonly channel: FileTransport;
  readonly http: FileTransport;
  readonly rest: ChannelRest;
}

// What the sandbox says of a file it says on either way.
const faults: ReadonlySet<ErrorCode> = new Set([
  ...callFaults,
  'not_found',
  'sandbox_not_ready',
  'sandbox_ended',
  'file_not_found',
  'file_exists',
  'wrong_file_type',
  'permission_denied',
  'no_space',
  'range_not_satisfiable',
]);

// What worked on the files may have died after its work.
const maybeDone: ReadonlySet<ErrorCode> = new Set([...unsure, 'unavailable']);

/** Files through a channel where that is offered and works, else by the API. What must not be asked twice is not. */
export const autoFiles = ({ channel, http, rest }: Ways): FileTransport => ({
  async ask(name, input, options) {
    if (!rest.rests()) {
      try {
        return await channel.ask(name, input, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const repeatable = options.repeatable ?? fileRoutes[name].repeatable !== 'never';
        if (!repeatable && error instanceof SandboxError && maybeDone.has(error.code)) throw error;
        rest.begin(error, faults);
      }
    }
    return http.ask(name, input, options);
  },
  async read(sandboxId, path, options) {
    if (!rest.rests()) {
      try {
        return await channel.read(sandboxId, path, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        rest.begin(error, faults);
      }
    }
    return http.read(sandboxId, path, options);
  },
});

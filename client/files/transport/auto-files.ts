import type { ErrorCode } from '../../../contract/api/errors.ts';
import { fileRoutes } from '../../../contract/api/files/files.ts';
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

// What must not be asked twice: what worked on the files may have died after its work.
const onceFaults: ReadonlySet<ErrorCode> = new Set([...faults, ...unsure, 'unavailable']);

/** Files through a channel where that is offered and works, else by the API. What must not be asked twice is not. */
export const autoFiles = ({ channel, http, rest }: Ways): FileTransport => ({
  async ask(name, input, options) {
    const repeatable = options.repeatable ?? fileRoutes[name].repeatable !== 'never';
    const ways = {
      channel: () => channel.ask(name, input, options),
      http: () => http.ask(name, input, options),
    };
    return rest.either(ways, repeatable ? faults : onceFaults, options.signal);
  },
  async read(sandboxId, path, options) {
    const ways = {
      channel: () => channel.read(sandboxId, path, options),
      http: () => http.read(sandboxId, path, options),
    };
    return rest.either(ways, faults, options.signal);
  },
});

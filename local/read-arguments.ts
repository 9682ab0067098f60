import { parseArgs } from 'node:util';
import type { Network } from './engines/engine.ts';
import type { EngineChoice } from './service/create-engines.ts';

export interface Arguments {
  /** Undefined: the usual one, or any. */
  readonly port: number | undefined;
  readonly data: string;
  readonly network: Network;
  readonly engine: EngineChoice;
  /** Undefined: the project's own. */
  readonly image: string | undefined;
  /** A file of hazards. */
  readonly hazards: string | undefined;
  /** Remove the state in place of starting. */
  readonly reset: boolean;
  /** Don't ask before it is removed. */
  readonly yes: boolean;
  readonly clientChannels: boolean;
  readonly rootCommands: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** A command line that can't be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: npm start -- [options]

  --port <number>        port of the API on 127.0.0.1; 0 takes a free one (7070, or a free one where that is taken)
  --data <folder>        where everything is kept (.matrx)
  --engine auto|docker|namespaces
                         what isolates sandboxes; auto is Docker where it answers, else namespaces (auto)
  --image <name>         image of sandboxes in Docker (base, built at the first start)
  --network none|internet|host
                         what commands in a sandbox reach: nothing; what this machine reaches by its network, but not
                         the machine itself (Docker only); or all that this machine reaches (none)
  --hazards <file>       JSON of what is to go wrong on purpose: docs/hazards.md
  --reset                remove all that is kept, and start nothing; asks, unless --yes is given too
  --client-channels      let callers hold channels of their own: docs/client-channels.md
  --root-commands        let commands be root's, in their sandbox: docs/security.md
  --json                 print one JSON object when ready, and nothing else
  --help                 print this
`;

/** Reads the command line. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments {
  const { port, data, network, engine, image, hazards, reset, yes, json, help, ...rest } = parse(args);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new UsageError(`--port is "${port}", expected 0-65535`);
  }
  if (data === '') throw new UsageError('--data is empty, expected a folder');
  if (image === '') throw new UsageError('--image is empty, expected the name of an image');
  if (yes && !reset) throw new UsageError('--yes answers what --reset asks, and --reset is not given');
  return {
    port: port === undefined ? undefined : Number(port),
    data,
    network: oneOf('--network', network, ['none', 'internet', 'host']),
    engine: oneOf('--engine', engine, ['auto', 'docker', 'namespaces']),
    image,
    hazards,
    reset,
    yes,
    clientChannels: rest['client-channels'],
    rootCommands: rest['root-commands'],
    json,
    help,
  };
}

function oneOf<T extends string>(flag: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new UsageError(`${flag} is "${given}", expected ${allowed.join(' or ')}`);
  return found;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: '.matrx' },
        network: { type: 'string', default: 'none' },
        engine: { type: 'string', default: 'auto' },
        image: { type: 'string' },
        hazards: { type: 'string' },
        reset: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        'client-channels': { type: 'boolean', default: false },
        'root-commands': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // Node's messages name the argument; what follows the first sentence is about positional arguments.
    throw new UsageError(String((error as Error).message).split('. ')[0], { cause: error });
  }
}

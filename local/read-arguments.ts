import { parseArgs } from 'node:util';

export interface Arguments {
  /** Undefined: the usual one, or any. */
  readonly port: number | undefined;
  readonly data: string;
  readonly network: 'none' | 'host';
  /** A file of hazards. */
  readonly hazards: string | undefined;
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
  --network none|host    what commands in a sandbox reach: nothing, or all that this machine reaches (none)
  --hazards <file>       JSON of what is to go wrong on purpose: docs/hazards.md
  --json                 print one JSON object when ready, and nothing else
  --help                 print this
`;

/** Reads the command line. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments {
  const { port, data, network, hazards, json, help } = parse(args);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new UsageError(`--port is "${port}", expected 0-65535`);
  }
  if (network !== 'none' && network !== 'host')
    throw new UsageError(`--network is "${network}", expected none or host`);
  if (data === '') throw new UsageError('--data is empty, expected a folder');
  return { port: port === undefined ? undefined : Number(port), data, network, hazards, json, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: '.matrx' },
        network: { type: 'string', default: 'none' },
        hazards: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // Node's messages name the argument; what follows the first sentence is about positional arguments.
    throw new UsageError(String((error as Error).message).split('. ')[0], { cause: error });
  }
}

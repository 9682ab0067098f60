import * as z from 'zod';
import { type Clock, clockFromSetting } from '../../contract/clock.ts';
import { runFolder } from './paths.ts';

/** What the agent is told by its environment, and where it keeps things. Paths are root's alone, but for the home. */
export interface AgentConfig {
  readonly clock: Clock;
  readonly region: string;
  /** Where API Gateway is, without the door's prefix. */
  readonly apiUrl: URL;
  /** The one socket to the outside; without it plain HTTPS is spoken. */
  readonly linkSocket: string | undefined;
  readonly credentialsPath: string;
  readonly runFolder: string;
  readonly spoolFolder: string;
  /** The socket of cold files, in a folder that everybody can enter. */
  readonly coldSocket: string;
  readonly home: string;
  /** The program that works on files as the sandbox's user; everybody can read it. */
  readonly filesHelper: string;
}

/** A setting that is missing or wrong; the message names all of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const Settings = z
  .object({
    AWS_REGION: z.string().regex(/^[a-z0-9-]{1,32}$/, 'expected a region, as in us-east-1'),
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: z.string().regex(/^\/[\x21-\x7e]{1,1024}$/, 'expected a path'),
    MATRX_API_URL: z.url({ protocol: /^https?$/ }).optional(),
    MATRX_LINK: z.string().startsWith('/', 'expected an absolute path').optional(),
    MATRX_CLOCK: z.string().optional(),
  })
  .refine((settings) => settings.MATRX_API_URL !== undefined || settings.MATRX_LINK !== undefined, {
    path: ['MATRX_API_URL'],
    message: 'expected a URL where there is no MATRX_LINK',
  });

// Behind a link every host but the credentials' one is the gateway.
const gatewayByLink = 'http://api.matrx.internal';

/** Reads the settings. Throws ConfigError that names every fault at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): AgentConfig {
  const parsed = Settings.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(`the environment is wrong: ${faults.join('; ')}`, { cause: parsed.error });
  }
  const settings = parsed.data;
  return {
    clock: readClock(settings.MATRX_CLOCK),
    region: settings.AWS_REGION,
    apiUrl: new URL(settings.MATRX_API_URL ?? gatewayByLink),
    linkSocket: settings.MATRX_LINK,
    credentialsPath: settings.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
    runFolder,
    spoolFolder: '/var/lib/matrx/spool',
    coldSocket: '/run/matrx-inside/cold.sock',
    home: '/home/agent',
    filesHelper: '/opt/matrx/files-helper.cjs',
  };
}

function readClock(setting: string | undefined): Clock {
  try {
    return clockFromSetting(setting);
  } catch (cause) {
    throw new ConfigError(`the environment is wrong: ${String(cause)}`, { cause });
  }
}

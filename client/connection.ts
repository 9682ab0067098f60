import { SandboxError } from '../contract/api/errors.ts';
import { type Clock, systemClock } from '../contract/clock.ts';
import type { CallerKind, Credentials } from './credentials.ts';
import type { Configuration } from './node/find-configuration.ts';

/** How long a call may take, in milliseconds. Connecting itself has the runtime's limit, 10 s in Node. */
export interface Timeouts {
  /**
   * Until an attempt's answer begins. A command's answer begins when the command has. The runtime's own limit for a connection to be made
   * comes before (10 s in Node; `unreachable`).
   */
  readonly answerMs: number;
  /** Between two pieces of an answer. Streams carry a heartbeat every 15 s. */
  readonly silenceMs: number;
  /** For a call with all its attempts. A command has its own: its time-out and two minutes. */
  readonly totalMs: number;
}

export interface ConnectionOptions {
  /** Without `/v1` or `/iam/v1`. @default MATRX_URL, else the local service's */
  readonly url?: string | undefined;
  /** @default MATRX_TOKEN or AWS_…, else the local service's */
  readonly credentials?: Credentials | undefined;
  /** Whose credentials to look for. @default person, or whichever the environment holds */
  readonly as?: CallerKind | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Attempts of a call that may be repeated, the first included. @default 4 */
  readonly attempts?: number | undefined;
  /** @default the runtime's */
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
  /**
   * The way commands go: `http` by the API, `channel` through a channel that this process holds (Node 24 and later, where the
   * deployment offers it), `auto` by that where it is offered and works. A channel stays open until `disconnect` or `kill`, and so does
   * the process. @default http
   */
  readonly transport?: Transport | undefined;
  /** Opens the stream of a channel. @default the runtime's WebSocket */
  readonly webSocket?: ((url: string) => WebSocket) | undefined;
}

export type Transport = 'auto' | 'http' | 'channel';

/** Everything a call needs, read once. Nothing later looks at the environment or at a file again. */
export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly timeouts: Timeouts;
  readonly attempts: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly webSocket: (url: string) => WebSocket;
}

const defaultTimeouts: Timeouts = { answerMs: 60_000, silenceMs: 45_000, totalMs: 300_000 };

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function checkUrl(given: string): string {
  const refuse = (rule: string, cause?: unknown) =>
    new SandboxError('not_configured', `the service URL is "${given}", expected ${rule}`, {
      details: { field: 'url', value: given.slice(0, 100), rule },
      cause,
    });
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse('https://… or http://… on this machine');
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw refuse('https://, since plain http:// would show the credentials to the network');
  }
  if (url.username || url.password || url.search || url.hash) throw refuse('a URL without user, query and fragment');
  return url.href.replace(/\/+$/, '');
}

async function findInNode(options: ConnectionOptions): Promise<Configuration> {
  // biome-ignore lint/plugin: only Node may load node: modules, and browsers run this file too
  const { findConfiguration } = await import('./node/find-configuration.ts');
  return findConfiguration(options);
}

/**
 * Reads the configuration: options, then (in Node) the environment, then `.matrx/local.json` found upwards from the
 * working directory. Throws `not_configured` that names what is missing. No request is sent.
 */
export async function openConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const inNode = typeof process === 'object' && process.versions?.node !== undefined;
  const complete = options.url !== undefined && options.credentials !== undefined;
  const found = complete || !inNode ? {} : await findInNode(options);
  const url = options.url ?? found.url;
  const credentials = options.credentials ?? found.credentials;
  if (url === undefined) {
    throw new SandboxError(
      'not_configured',
      'no service URL: neither given, nor in MATRX_URL, nor in .matrx/local.json',
      {
        details: { field: 'url' },
      },
    );
  }
  if (credentials === undefined) {
    const kind = options.as ? ` of a ${options.as}` : '';
    throw new SandboxError(
      'not_configured',
      `no credentials${kind} for ${url}: expected MATRX_TOKEN, or AWS keys and AWS_REGION`,
      {
        details: { field: 'credentials' },
      },
    );
  }
  return {
    url: checkUrl(url),
    credentials,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    attempts: options.attempts ?? 4,
    // A browser's own fetch must not be called as another object's method.
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    clock: options.clock ?? systemClock,
    transport: options.transport ?? 'http',
    webSocket: options.webSocket ?? ((url) => new WebSocket(url)),
  };
}

import type { Connection, ConnectionOptions } from './connection.ts';
import { openConnection } from './connection.ts';
import { type InputOf, type OutputOf, send } from './http/send/send.ts';
import type { CallOptions } from './sandbox.ts';

/** Which use is asked for; days as `2027-01-15`. */
export type UsageQuery = NonNullable<InputOf<'getUsage'>['query']>;

/** What the service says of itself and of its caller, with the names of the API. */
export class Service {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Reads the configuration; sends nothing. */
  static async connect(options: ConnectionOptions = {}): Promise<Service> {
    return new Service(await openConnection(options));
  }

  get url(): string {
    return this.#connection.url;
  }

  /** Whether the service answers and is up; needs no valid credentials. */
  status(options: CallOptions = {}): Promise<OutputOf<'getHealth'>> {
    return send(this.#connection, 'getHealth', {}, options);
  }

  /** Each part of the service by name, also when one is down. */
  health(options: CallOptions = {}): Promise<OutputOf<'getHealthReport'>> {
    return send(this.#connection, 'getHealthReport', {}, options);
  }

  /** Who the caller is, what it may, its quota and use. */
  me(options: CallOptions = {}): Promise<OutputOf<'getMe'>> {
    return send(this.#connection, 'getMe', {}, options);
  }

  /** Sizes with their price, and every bound of this deployment. */
  limits(options: CallOptions = {}): Promise<OutputOf<'getLimits'>> {
    return send(this.#connection, 'getLimits', {}, options);
  }

  /** What sandboxes that have ended used and cost; the caller's own, or everybody's for an operator. */
  usage({ signal, ...query }: UsageQuery & CallOptions = {}): Promise<OutputOf<'getUsage'>> {
    return send(this.#connection, 'getUsage', { query }, { signal });
  }

  /** The images a sandbox can be made from. */
  templates(options: CallOptions = {}): Promise<OutputOf<'listTemplates'>['templates']> {
    return send(this.#connection, 'listTemplates', {}, options).then(({ templates }) => templates);
  }
}

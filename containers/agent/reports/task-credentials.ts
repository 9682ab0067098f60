import * as z from 'zod';
import type { Clock } from '../../../contract/clock.ts';
import type { Link } from './link.ts';
import { LinkError } from './link-error.ts';

const Answer = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime({ offset: true }),
});

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const endpoint = 'http://169.254.170.2';
// ECS has new ones ready at least this long before the old ones end.
const renewBeforeMs = 5 * 60_000;

/** The credentials of the task's role, as ECS gives them; only this memory holds them. */
export class TaskCredentials {
  readonly #link: Pick<Link, 'send'>;
  readonly #url: URL;
  readonly #clock: Clock;
  #kept: { readonly credentials: Credentials; readonly expiresMs: number } | undefined;

  constructor(link: Pick<Link, 'send'>, path: string, clock: Clock) {
    this.#link = link;
    this.#url = new URL(path, endpoint);
    this.#clock = clock;
  }

  /** Valid ones: fetched when there are none or they end soon; kept ones rather than none. Rejects with LinkError. */
  async get(signal?: AbortSignal): Promise<Credentials> {
    const now = this.#clock.now();
    if (this.#kept && now < this.#kept.expiresMs - renewBeforeMs) return this.#kept.credentials;
    try {
      this.#kept = await this.#fetch(signal);
    } catch (cause) {
      if (!this.#kept || now >= this.#kept.expiresMs) throw cause;
    }
    return this.#kept.credentials;
  }

  /** Forgets the kept ones: somebody refused them. */
  forget(): void {
    this.#kept = undefined;
  }

  async #fetch(signal: AbortSignal | undefined) {
    const { status, body } = await this.#link.send({ method: 'GET', url: this.#url, timeoutMs: 2_000, signal });
    if (status !== 200) throw new LinkError('garbage', `the credentials' endpoint answers ${status}`);
    const answer = parseAnswer(body);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration } = answer;
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresMs: Date.parse(Expiration) };
  }
}

// The cause is left out: it could quote what came, and that can be a secret.
function parseAnswer(body: string): z.infer<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(body));
  } catch {
    throw new LinkError('garbage', "the credentials' endpoint did not answer with credentials");
  }
}

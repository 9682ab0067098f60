import { grantIdentity, renewalMac } from '../../../channel/codec/grant-key.ts';
import { checkMac, type ProofIdentity } from '../../../channel/codec/proof-mac.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import { Grant, grantTextBytes } from '../../../contract/agent/grant.ts';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';

/** What all channels of one grant have used of it. */
export interface GrantUse {
  bytes: number;
  running: number;
}

/** A grant that can't be used, or not any more. */
export const grantEnded = (why: string): AgentError =>
  new AgentError('grant_ended', `the grant ${why}`, { details: { rule: 'expected a grant that is valid' } });

type Owner = Pick<Assignment, 'sandbox_id' | 'user_id'>;

/** The grants of one sandbox: which are good, whose key is which, what they have used, and which were revoked. */
export class Grants {
  readonly #identity: ProofIdentity;
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #uses = new Map<string, { readonly use: GrantUse; expiresMs: number }>();
  readonly #onRevoked = new Set<() => void>();
  readonly #onClosed = new Set<() => void>();
  readonly #channels = new Map<string, number>();
  #revoked: ReadonlySet<string> = new Set();

  /** `identity` is the sandbox's own. */
  constructor(identity: ProofIdentity, owner: Owner, clock: Clock) {
    this.#identity = identity;
    this.#owner = owner;
    this.#clock = clock;
  }

  /**
   * The grant that a text says, and the identity of whoever was given it. Nobody is proven by that yet. Throws `grant_ended`
   * when it is over or another sandbox's, `invalid_request` when it is none.
   */
  read(text: string): { readonly grant: Grant; readonly identity: ProofIdentity } {
    if (text.length > grantTextBytes) throw notAGrant();
    const parsed = Grant.safeParse(json(text));
    if (!parsed.success) throw notAGrant(parsed.error);
    const grant = parsed.data;
    const { sandbox_id, user_id } = this.#owner;
    if (grant.sandbox_id !== sandbox_id || grant.user_id !== user_id) throw grantEnded('is for another sandbox');
    this.assertValid(grant);
    return { grant, identity: grantIdentity(this.#identity, text) };
  }

  /** The later grant that takes the place of this one. Throws `grant_ended` unless its holder proves to have its key. */
  renewed(present: Grant, text: string, mac: string): Grant {
    const { grant, identity } = this.read(text);
    if (grant.grant_id !== present.grant_id) throw grantEnded('is another one than that of this channel');
    try {
      checkMac(renewalMac(identity, text), Buffer.from(mac, 'base64'), 'near');
    } catch (cause) {
      throw new AgentError('grant_ended', 'the grant was not made by the control plane', { cause });
    }
    return grant;
  }

  /** Throws `grant_ended` when it has expired or was revoked. */
  assertValid({ grant_id, expires_at }: Grant): void {
    if (this.#revoked.has(grant_id)) throw grantEnded('was revoked');
    if (Date.parse(expires_at) <= this.#clock.now()) throw grantEnded(`expired at ${expires_at}`);
  }

  /** What a proven grant has used, the same for each of its channels. */
  useOf({ grant_id, expires_at }: Grant): GrantUse {
    this.#forgetExpired();
    const expiresMs = Date.parse(expires_at);
    const known = this.#uses.get(grant_id) ?? { use: { bytes: 0, running: 0 }, expiresMs };
    known.expiresMs = Math.max(known.expiresMs, expiresMs);
    this.#uses.set(grant_id, known);
    return known.use;
  }

  /** Those with a channel open now. */
  get open(): readonly string[] {
    return [...this.#channels.keys()];
  }

  /** A channel of the grant has opened; disposing says that it has closed. */
  openChannel({ grant_id }: Grant): Disposable {
    this.#channels.set(grant_id, (this.#channels.get(grant_id) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#channels.get(grant_id) ?? 0) - 1;
        if (left > 0) this.#channels.set(grant_id, left);
        else this.#channels.delete(grant_id);
        for (const listener of this.#onClosed) listener();
      },
    };
  }

  /** Told after each channel that has closed. */
  onClosed(listener: () => void): Disposable {
    this.#onClosed.add(listener);
    return { [Symbol.dispose]: () => this.#onClosed.delete(listener) };
  }

  /** Says which grants are revoked, in the place of those said before. */
  revoke(grantIds: readonly string[]): void {
    this.#revoked = new Set(grantIds);
    for (const listener of this.#onRevoked) listener();
  }

  /** Told after each `revoke`. */
  onRevoked(listener: () => void): Disposable {
    this.#onRevoked.add(listener);
    return { [Symbol.dispose]: () => this.#onRevoked.delete(listener) };
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [id, { use, expiresMs }] of this.#uses) {
      if (expiresMs <= now && use.running === 0) this.#uses.delete(id);
    }
  }
}

const notAGrant = (cause?: unknown): AgentError =>
  new AgentError('invalid_request', 'grant: expected the text of a grant', {
    details: { field: 'grant', rule: 'expected the text of a grant' },
    cause,
  });

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

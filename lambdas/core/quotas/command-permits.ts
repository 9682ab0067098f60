import type { UserQuota } from '../../../contract/api/use/quota.ts';
import type { Clock } from '../../../contract/clock.ts';
import { minuteOf } from './minute.ts';
import type { RateWindows, UserQuotas } from './ports.ts';
import { quotaOfUser } from './quota-of-user.ts';
import { rateLimited } from './rate-limited.ts';

interface Ports {
  readonly windows: Pick<RateWindows, 'add'>;
  readonly quotas: Pick<UserQuotas, 'of'>;
  readonly clock: Clock;
  /** Where nothing is set for a user alone. */
  readonly general: UserQuota;
}

/** What one environment has of a user's minute. */
interface Share {
  permits: number;
  /** Permits of the last block. */
  block: number;
  /** Of all environments, as last heard. */
  used: number;
  /** Undefined until it has been read. */
  limit: number | undefined;
}

// Of what is left of the minute an environment takes no more than this part at once.
const partOfRest = 16;
const mostSandboxes = 1_000;

/** One to begin with, then twice as many each time, and fewer again as the quota runs out: an idle environment hoards none. */
const nextBlock = ({ block, used, limit = 0 }: Share): number =>
  Math.max(1, Math.min(block * 2, Math.floor((limit - used) / partOfRest)));

/**
 * Holds users to their commands a minute over all environments. Permits are taken from the table in blocks, so that most commands
 * cost no write, and a command whose user is known waits for none that its record's read doesn't hide. What it remembers is
 * gone with the minute.
 */
export class CommandPermits {
  readonly #ports: Ports;
  readonly #shares = new Map<string, Share>();
  readonly #users = new Map<string, string>();
  #minuteMs = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Counts a command, while `read` finds out whether it may run at all; one that may not costs its user nothing. Throws what
   * `read` throws, and `rate_limited` with the seconds until the next minute.
   */
  async admit<T extends { readonly user_id: string }>(sandboxId: string, read: Promise<T>): Promise<T> {
    const known = this.#users.get(sandboxId);
    const taken = known === undefined ? undefined : this.#take(known);
    // Whoever may not run anything hears that, and not how busy the sandbox's user is.
    taken?.catch(() => undefined);
    try {
      const record = await read;
      this.#remember(sandboxId, record.user_id);
      await (taken ?? this.#take(record.user_id));
      return record;
    } catch (error) {
      if (known !== undefined) await taken?.then(() => this.#giveBack(known)).catch(() => undefined);
      throw error;
    }
  }

  async #take(userId: string): Promise<void> {
    const { windows, quotas, clock, general } = this.#ports;
    const share = this.#shareOf(userId);
    if (share.permits > 0) {
      share.permits -= 1;
      return;
    }
    const refused = (limit: number) => rateLimited(userId, 'commands', limit, clock.now());
    if (share.limit !== undefined && share.used >= share.limit) throw refused(share.limit);
    const block = nextBlock(share);
    const [used, limit] = await Promise.all([
      windows.add(userId, 'commands', this.#minuteMs, block),
      share.limit ?? quotas.of(userId).then((override) => quotaOfUser(general, override).commands_per_minute),
    ]);
    const granted = Math.max(0, Math.min(block, limit - (used - block)));
    Object.assign(share, { block, used, limit, permits: share.permits + Math.max(0, granted - 1) });
    if (granted === 0) throw refused(limit);
  }

  #giveBack(userId: string): void {
    this.#shareOf(userId).permits += 1;
  }

  #shareOf(userId: string): Share {
    const minuteMs = minuteOf(this.#ports.clock.now());
    if (minuteMs !== this.#minuteMs) this.#shares.clear();
    this.#minuteMs = minuteMs;
    const share = this.#shares.get(userId) ?? { permits: 0, block: 0.5, used: 0, limit: undefined };
    this.#shares.set(userId, share);
    return share;
  }

  #remember(sandboxId: string, userId: string): void {
    if (this.#users.size >= mostSandboxes) this.#users.clear();
    this.#users.set(sandboxId, userId);
  }
}

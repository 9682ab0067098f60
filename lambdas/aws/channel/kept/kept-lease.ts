import type { Clock } from '../../../../contract/clock.ts';
import { type Lease, leaseMs, type SlotLeases, staleMs } from '../../dynamodb/slots/slot-leases.ts';

// While somebody works under it.
const renewAfterMs = 5_000;
const tickMs = 2_000;
// The far end waits for 60 s for another word, and words travel: none is said when the lease might end before that.
const silenceMs = 62_000;
// Until then nobody can have taken it, however their clock goes.
const sureMs = staleMs - 8_000;

/** A lease, renewed for as long as somebody works under it. */
export class KeptLease {
  readonly #leases: SlotLeases;
  readonly #clock: Clock;
  readonly #onTick: () => Promise<void>;
  readonly #onLost: () => void;
  #lease: Lease;
  #workers = 0;
  #timer: Disposable | undefined;
  #isOver = false;
  #isTicking = false;
  #workedAt: number;

  /**
   * `onTick` runs every two seconds of work, one at a time, and must not reject; `onLost` once, when the lease is lost or can't be
   * renewed in time.
   */
  constructor(
    lease: Lease,
    { leases, clock, onTick, onLost }: Tools & { onTick: () => Promise<void>; onLost: () => void },
  ) {
    this.#lease = lease;
    this.#leases = leases;
    this.#clock = clock;
    this.#onTick = onTick;
    this.#onLost = onLost;
    this.#workedAt = clock.now();
  }

  get isWorked(): boolean {
    return this.#workers > 0;
  }

  /** Whether a word may be said to the far end, which then lives for another minute. */
  get mayTalk(): boolean {
    return this.isWorked && !this.#isOver && this.#leftMs >= silenceMs;
  }

  /** Milliseconds since somebody worked; 0 while somebody does. */
  get idleMs(): number {
    return this.isWorked ? 0 : this.#clock.now() - this.#workedAt;
  }

  /** Begins a piece of work; false when the lease has been lost. */
  async begin(): Promise<boolean> {
    this.#workers++;
    if (this.#ageMs < sureMs || (await this.#renew())) {
      this.#watch();
      return true;
    }
    this.end();
    return false;
  }

  end(): void {
    this.#workers--;
    this.#workedAt = this.#clock.now();
    if (!this.isWorked) this.#timer?.[Symbol.dispose]();
  }

  noteSession(sessionId: string): Promise<void> {
    return this.#leases.noteSession(this.#lease, sessionId);
  }

  /** Gives the slot back, to be free after that long. Never rejects: what can't be given back runs out. */
  async release(afterMs: number): Promise<void> {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
    await this.#leases.release(this.#lease, this.#clock.now() + afterMs).catch(() => undefined);
  }

  get #leftMs(): number {
    return this.#lease.expiresAtMs - this.#clock.now();
  }

  get #ageMs(): number {
    return leaseMs - this.#leftMs;
  }

  async #renew(): Promise<boolean> {
    const renewed = await this.#leases.renew(this.#lease);
    if (renewed !== undefined) this.#lease = renewed;
    return renewed !== undefined;
  }

  #watch(): void {
    this.#timer?.[Symbol.dispose]();
    if (!this.#isOver) this.#timer = this.#clock.after(tickMs, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    // A table that can't be reached for a moment says nothing about the lease.
    const isHeld = this.#ageMs < renewAfterMs || (await this.#renew().catch(() => this.#leftMs >= silenceMs));
    if (!isHeld) {
      if (!this.#isOver) this.#onLost();
      return;
    }
    if (this.isWorked) this.#watch();
    // It may take longer than a lease goes without a renewal.
    if (this.#isTicking) return;
    this.#isTicking = true;
    await this.#onTick();
    this.#isTicking = false;
  }
}

interface Tools {
  readonly leases: SlotLeases;
  readonly clock: Clock;
}

import type { ExecSession } from './exec-session.ts';

/** What becomes of a session for which there is neither a slot nor a place in the queue. */
export type WhenFull = 'fail' | 'hang';

/** The worker slots of one machine's exec agent, and its queue of one. */
export class SessionSlots {
  readonly #limit: number;
  readonly #whenFull: WhenFull;
  readonly #running = new Set<ExecSession>();
  #queued: ExecSession | undefined;
  #stuck = false;

  constructor(limit: number, whenFull: WhenFull) {
    this.#limit = limit;
    this.#whenFull = whenFull;
  }

  /** Sessions that hold a slot. */
  get taken(): number {
    return this.#running.size;
  }

  /**
   * Runs the session now, or once a slot is free. False when there is no place for it: with `fail` nothing else comes
   * of it; with `hang` this session and all later ones never run, as when the real agent's control channel locks up.
   */
  admit(session: ExecSession): boolean {
    if (this.#stuck) return true;
    if (this.#running.size < this.#limit) this.#run(session);
    else if (!this.#queued || this.#queued.isOver) this.#queued = session;
    else if (this.#whenFull === 'fail') return false;
    else this.#stuck = true;
    return true;
  }

  #run(session: ExecSession): void {
    this.#running.add(session);
    void session.run().then(() => {
      this.#running.delete(session);
      const next = this.#queued;
      this.#queued = undefined;
      if (next && !next.isOver) this.#run(next);
    });
  }
}

import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { ControlPlane } from './control-plane.ts';
import { RefusedError } from './refused-error.ts';

interface Options {
  readonly controlPlane: Pick<ControlPlane, 'reportOutcomes'>;
  readonly sandboxId: string;
  readonly clock: Clock;
  readonly log: Log;
}

const batchSize = 50;
const maxWaiting = 2_000;
// Commands in quick succession share a report.
const gatherMs = 100;

/** Tells the control plane how commands ended, each outcome until it is accepted. */
export class OutcomeQueue {
  readonly #options: Options;
  readonly #waiting: OutcomeReport[] = [];
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;
  /** How many of those in front go one by one. */
  #alone = 0;
  #hurry = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes an outcome to report; too many unreported ones push out the oldest. */
  push(report: OutcomeReport): void {
    this.#waiting.push(report);
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#options.log.info('outcomes.lost', { waiting: this.#waiting.length });
    }
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Sends what waits and stops; gives up what is not accepted in `ms`. */
  async flush(ms: number): Promise<void> {
    this.#hurry.abort();
    using _ = this.#options.clock.after(ms, () => this.#stop.abort());
    await this.#sending;
    if (this.#waiting.length > 0) this.#options.log.info('outcomes.unreported', { waiting: this.#waiting.length });
  }

  async #send(): Promise<void> {
    const { clock } = this.#options;
    let waits = backoff(500, 15_000);
    await clock.sleep(gatherMs, this.#hurry.signal).catch(() => {});
    while (this.#waiting.length > 0 && !this.#stop.signal.aborted) {
      const batch = this.#waiting.slice(0, this.#alone > 0 ? 1 : batchSize);
      const fate = await this.#report(batch);
      if (fate === 'not now') {
        await clock.sleep(waits.next().value, this.#stop.signal).catch(() => {});
        continue;
      }
      waits = backoff(500, 15_000);
      if (fate === 'refused' && batch.length > 1) this.#alone = batch.length;
      else this.#drop(batch);
    }
  }

  #drop(batch: readonly OutcomeReport[]): void {
    this.#alone = Math.max(0, this.#alone - batch.length);
    // What was pushed out meanwhile is no longer in front.
    const sent = new Set(batch);
    while (this.#waiting[0] && sent.has(this.#waiting[0])) this.#waiting.shift();
  }

  /** `refused`: it never will be accepted. Of many that is so because of one, which the others need not go with. */
  async #report(batch: OutcomeReport[]): Promise<'accepted' | 'refused' | 'not now'> {
    const { controlPlane, sandboxId, log } = this.#options;
    try {
      await controlPlane.reportOutcomes(sandboxId, batch, this.#stop.signal);
      return 'accepted';
    } catch (error) {
      log.error('outcomes.refused', error, { count: batch.length });
      return error instanceof RefusedError && !error.retry ? 'refused' : 'not now';
    }
  }
}

import type { Complete, ReportError } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import { type Ending, ordinary } from '../life/ending.ts';
import type { Log } from '../log.ts';
import { backoff } from '../reports/backoff.ts';
import type { ControlPlane } from '../reports/control-plane.ts';
import { RefusedError } from '../reports/refused-error.ts';

/** What the code in the sandbox says last. */
export type LastWord =
  | { readonly kind: 'completed'; readonly body: Complete }
  | { readonly kind: 'error'; readonly body: ReportError };

/** What became of a word so far. `waiting`: the control plane can't be reached, and is asked again. */
export type WordFate = 'counts' | 'too_late' | 'waiting' | 'refused';

interface Options {
  readonly controlPlane: Pick<ControlPlane, 'complete' | 'reportError'>;
  readonly sandboxId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How many commands run. */
  readonly running: () => number;
  readonly onEnd: (ending: Ending) => void;
}

interface Kept {
  readonly text: string;
  readonly fate: Promise<WordFate>;
}

// Whoever said it is told what is known by then; callers give up after five seconds and more.
const answerMs = 4_000;
// What has said that it is done gets so long to end by itself.
const restMs = 5_000;

/** Takes the code's last word to the control plane until it is heard, then ends the sandbox in peace. The first one counts. */
export class EndOfWork {
  readonly #options: Options;
  readonly #stop = new AbortController();
  #kept: Kept | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Says it. A repeated word has the first one's fate, another one is too late. Fulfils in `answerMs`. */
  async say(word: LastWord): Promise<WordFate> {
    const text = JSON.stringify(word);
    this.#kept ??= { text, fate: this.#tell(word) };
    if (this.#kept.text !== text) return 'too_late';
    const limit = new AbortController();
    const waiting = this.#options.clock.sleep(answerMs, limit.signal).then(() => 'waiting' as const);
    waiting.catch(() => {});
    try {
      return await Promise.race([this.#kept.fate, waiting]);
    } finally {
      limit.abort();
    }
  }

  /** The sandbox ends: what is not heard in `ms` is given up. */
  async flush(ms: number): Promise<void> {
    using _ = this.#options.clock.after(ms, () => this.#stop.abort());
    await this.#kept?.fate;
    this.#stop.abort();
  }

  async #tell(word: LastWord): Promise<WordFate> {
    const { clock } = this.#options;
    for (const wait of backoff(250, 15_000)) {
      const fate = await this.#try(word);
      if (fate === 'counts') void this.#end(word.kind);
      if (fate === 'refused') this.#kept = undefined;
      if (fate !== 'waiting' || this.#stop.signal.aborted) return fate;
      await clock.sleep(wait, this.#stop.signal).catch(() => {});
    }
    return 'waiting';
  }

  async #try(word: LastWord): Promise<WordFate> {
    const { controlPlane, sandboxId, log } = this.#options;
    const { signal } = this.#stop;
    try {
      const counts = await (word.kind === 'completed'
        ? controlPlane.complete(sandboxId, word.body, signal)
        : controlPlane.reportError(sandboxId, word.body, signal));
      return counts ? 'counts' : 'too_late';
    } catch (error) {
      log.error('work.unheard', error, { kind: word.kind });
      return error instanceof RefusedError && !error.retry ? 'refused' : 'waiting';
    }
  }

  async #end(kind: LastWord['kind']): Promise<void> {
    const { clock, running, onEnd, log } = this.#options;
    log.info('work.ended', { kind });
    const until = clock.now() + restMs;
    while (running() > 0 && clock.now() < until && !this.#stop.signal.aborted) {
      await clock.sleep(100, this.#stop.signal).catch(() => {});
    }
    onEnd(ordinary(kind));
  }
}

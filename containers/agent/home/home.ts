import type { Clock } from '../../../contract/clock.ts';
import type { CheckpointSummary } from '../../../contract/home/head.ts';
import type { HomeOrder } from '../../../contract/home/home-order.ts';
import type { HomeReport } from '../../../contract/home/home-report.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import type { Log } from '../log.ts';
import { backoff } from '../reports/backoff.ts';
import { homeFault } from './helper-fault.ts';
import { HomeFault } from './home-fault.ts';
import type { HomeHelper } from './home-helper.ts';
import type { HomeRepository } from './home-repository.ts';
import { type HomeState, noHome } from './home-state.ts';
import { restoreHome } from './restore/restore-home.ts';
import { saveHome } from './save/save-home.ts';

interface Options {
  readonly helper: HomeHelper;
  readonly repository: HomeRepository;
  readonly sandboxId: string;
  readonly order: HomeOrder;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when something has begun or ended that is worth a word. */
  readonly onChange: () => void;
}

/** What came of a save. */
export interface SaveOutcome {
  readonly summary: CheckpointSummary;
  readonly changed: boolean;
}

interface SaveCall {
  readonly cause: CheckpointSummary['cause'];
  readonly onProgress?: (files: number, bytes: number) => void;
  /** Time runs out: what is stored by now is committed, marked partial. */
  readonly hurry?: AbortSignal;
  readonly signal: AbortSignal;
}

const tries = 3;
const never = new AbortController().signal;

/** The home of one sandbox: restored once, then saved, one save after the other. */
export class Home implements AsyncDisposable {
  readonly #options: Options;
  readonly #stop = new AbortController();
  /** Time runs out for every save, whoever has asked for it. */
  readonly #hurry = new AbortController();
  #state: HomeState = noHome;
  #isRestored = false;
  #last: CheckpointSummary | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: Promise<void> | undefined;
  #report: HomeReport = {
    state: 'kept',
    files_done: 0,
    bytes_done: 0,
    restored_files: 0,
    restored_bytes: 0,
    checkpoint_id: null,
    saved_at: null,
    partial: false,
    unreadable: 0,
    fault: null,
  };

  constructor(options: Options) {
    this.#options = options;
  }

  /** How it stands, for a heartbeat. */
  get report(): HomeReport {
    return this.#report;
  }

  /** Restores; has to be done before anybody is in the home. Rejects with HomeFault when it can't be: then nothing is ever saved. */
  async restore(signal: AbortSignal): Promise<void> {
    const { helper, repository, order, log, clock } = this.#options;
    const startedMs = clock.now();
    this.#begin('restoring');
    const restored = await this.#tried(() => {
      this.#begin('restoring');
      return restoreHome({ helper, repository, from: order.from, onProgress: this.#progress(), signal });
    }, signal);
    const { files, bytes, state } = restored;
    this.#state = state;
    this.#last = state.head?.head.checkpoints.find(({ checkpoint_id }) => checkpoint_id === state.baseId);
    this.#isRestored = true;
    this.#rest({ restored_files: files, restored_bytes: bytes, checkpoint_id: state.baseId });
    log.info('home.restored', { checkpointId: state.baseId, files, bytes, ms: clock.now() - startedMs });
  }

  /** Saves on a timer from now on. */
  start(): void {
    this.#timer ??= this.#run();
  }

  /**
   * Saves after every save that was asked for before. Rejects with HomeFault. One for the end has little time: when that runs out, it
   * does so for the save that is under way too.
   */
  save(call: SaveCall): Promise<SaveOutcome> {
    if (call.cause === 'end') this.#limit(call);
    const turn = this.#turn.then(() => this.#save(call));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the timer, and the save that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new HomeFault('time_ran_out', 'the sandbox has ended'));
    await this.#timer;
    await this.#turn;
    await this.#options.helper[Symbol.asyncDispose]();
  }

  #limit({ hurry, signal }: SaveCall): void {
    onAbort(hurry, () => this.#hurry.abort());
    onAbort(signal, () => this.#stop.abort(new HomeFault('time_ran_out', 'the sandbox is ending')));
  }

  async #run(): Promise<void> {
    const { clock, order } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await clock.sleep(order.save_seconds * 1000, signal).catch(() => {});
      if (!signal.aborted) await this.save({ cause: 'timer', signal }).catch(() => {});
    }
  }

  async #save({ cause, onProgress, hurry = never, signal }: SaveCall): Promise<SaveOutcome> {
    if (!this.#isRestored) throw new HomeFault('internal', 'the home is not restored, so that it can’t be saved');
    const { log, clock } = this.#options;
    const startedMs = clock.now();
    const limit = new AbortController();
    using _ = clock.after(homeLimits.saveHours * 3_600_000, () => limit.abort());
    const ended = AbortSignal.any([signal, this.#stop.signal, limit.signal]);
    const { state, summary, left, unreadable } = await this.#tried(() => {
      this.#begin('saving');
      return saveHome(this.#state, {
        ...this.#options,
        ...this.#options.order,
        cause,
        now: () => clock.now(),
        onProgress: this.#progress(onProgress),
        hurry: AbortSignal.any([hurry, this.#hurry.signal]),
        signal: ended,
      });
    }, ended);
    this.#state = state;
    this.#last = summary ?? this.#last;
    if (!this.#last) throw new HomeFault('internal', 'a save made nothing');
    const { checkpoint_id, saved_at, files, bytes, partial } = this.#last;
    this.#rest({ checkpoint_id, unreadable, partial: left > 0, ...(summary && { saved_at }) });
    if (summary)
      log.info('home.saved', {
        cause,
        checkpointId: checkpoint_id,
        files,
        bytes,
        partial,
        ms: clock.now() - startedMs,
      });
    return { summary: this.#last, changed: summary !== undefined };
  }

  /** Again what may succeed the next time. Rejects with HomeFault, which is reported. */
  async #tried<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, log } = this.#options;
    const waits = backoff(500, 5_000);
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        const fault = signal.aborted
          ? new HomeFault('time_ran_out', 'there was no time left', { cause: error })
          : homeFault(error);
        log.error('home.failed', fault, { code: fault.code, attempt });
        this.#rest({ fault: { code: fault.code, message: fault.message } });
        if (signal.aborted || !fault.isPassing || attempt === tries) throw fault;
      }
      await clock.sleep(waits.next().value, signal).catch(() => {});
    }
  }

  #begin(state: HomeReport['state']): void {
    this.#report = { ...this.#report, state, files_done: 0, bytes_done: 0 };
  }

  #rest(what: Partial<HomeReport>): void {
    this.#report = { ...this.#report, state: 'kept', files_done: 0, bytes_done: 0, fault: null, ...what };
    this.#options.onChange();
  }

  #progress(tell?: (files: number, bytes: number) => void): (files: number, bytes: number) => void {
    return (files, bytes) => {
      const { files_done, bytes_done } = this.#report;
      this.#report = { ...this.#report, files_done: files_done + files, bytes_done: bytes_done + bytes };
      tell?.(this.#report.files_done, this.#report.bytes_done);
    };
  }
}

function onAbort(signal: AbortSignal | undefined, run: () => void): void {
  if (signal?.aborted) run();
  else signal?.addEventListener('abort', run, { once: true });
}

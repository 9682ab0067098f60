import { keptOutputKeys } from '../../../contract/agent/kept-output.ts';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Command } from '../commands/command.ts';
import type { HomeStorage } from '../home/storage/home-storage.ts';
import type { Log } from '../log.ts';
import { keepOutput } from './keep-output.ts';

interface Options {
  readonly storage: Pick<HomeStorage, 'put'>;
  readonly owner: Pick<Assignment, 'user_id' | 'sandbox_id'>;
  readonly clock: Clock;
  readonly log: Log;
}

// More than may run at once end faster than storage takes them only when something is wrong with it.
const maxWaiting = 1_000;

/** Takes what commands have printed to storage, one after the other. What fails there is in the log, and fails nothing else. */
export class KeptOutputs {
  readonly #options: Options;
  readonly #stop = new AbortController();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes a command that has ended. */
  add(command: Pick<Command, 'id' | 'output'>): void {
    if (this.#waiting >= maxWaiting) {
      this.#options.log.info('output.unkept', { commandId: command.id, waiting: this.#waiting });
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#keep(command));
  }

  /** Fulfils when all is there, or after `ms`, without the rest. */
  async flush(ms: number): Promise<void> {
    using _ = this.#options.clock.after(ms, () => this.#stop.abort(new Error('the sandbox ends')));
    await this.#last;
  }

  async #keep({ id, output }: Pick<Command, 'id' | 'output'>): Promise<void> {
    const { storage, owner, log } = this.#options;
    const { signal } = this.#stop;
    try {
      const keys = keptOutputKeys(owner.user_id, owner.sandbox_id, id);
      await keepOutput(output, keys, (key, body) => storage.put(key, body, signal));
    } catch (error) {
      log.error('output.unkept', error, { commandId: id });
    } finally {
      this.#waiting--;
    }
  }
}

import type { Heartbeat, HeartbeatReply } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { ControlPlane } from './control-plane.ts';

interface Options {
  readonly controlPlane: Pick<ControlPlane, 'heartbeat'>;
  readonly sandboxId: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** What is said; asked anew for every beat. */
  readonly say: () => Heartbeat;
  readonly onReply: (reply: HeartbeatReply) => void;
  readonly onRefused: (error: unknown) => void;
}

/** Tells the control plane regularly how things stand, and hears what it wants. */
export class Heartbeats {
  readonly #options: Options;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #trouble: string | undefined;
  #since: number;
  #nudge = new AbortController();

  constructor(options: Options) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** Why the last beat was not answered; undefined when it was. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** When the control plane last began to answer, or stopped; in ms. */
  get since(): number {
    return this.#since;
  }

  /** Beats from now on, at once first. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Beats at once, after the beat that is under way: the state has changed. */
  nudge(): void {
    this.#nudge.abort();
  }

  /** One beat of its own; undefined when the control plane did not answer. */
  async ask(signal?: AbortSignal): Promise<HeartbeatReply | undefined> {
    const { controlPlane, sandboxId, say, log, onRefused, onReply } = this.#options;
    try {
      const reply = await controlPlane.heartbeat(sandboxId, say(), signal);
      this.#judge(undefined);
      onReply(reply);
      return reply;
    } catch (error) {
      if (signal?.aborted) return undefined;
      this.#judge(String(error));
      log.error('heartbeat.failed', error);
      onRefused(error);
      return undefined;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #judge(trouble: string | undefined): void {
    if ((trouble === undefined) !== (this.#trouble === undefined)) this.#since = this.#options.clock.now();
    this.#trouble = trouble;
  }

  async #run(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    let waits = backoff(500, intervalMs);
    while (!this.#stop.signal.aborted) {
      this.#nudge = new AbortController();
      const answered = await this.ask(this.#stop.signal);
      if (answered) waits = backoff(500, intervalMs);
      const wait = answered ? intervalMs : waits.next().value;
      await clock.sleep(wait, AbortSignal.any([this.#stop.signal, this.#nudge.signal])).catch(() => {});
    }
  }
}

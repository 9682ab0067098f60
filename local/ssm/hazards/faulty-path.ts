import type { Clock } from '../../../contract/clock.ts';
import type { FaultyFrame, FrameFate, FrameFault } from './frame-faults.ts';

/** What befalls more than the one frame. */
export type Blow = Extract<FrameFate, 'cut-client' | 'cut-agent' | 'kill-command'>;

/** One direction of a session, on which frames meet their fates. */
export class FaultyPath {
  readonly #direction: FaultyFrame['direction'];
  readonly #fault: FrameFault;
  readonly #clock: Clock;
  readonly #onBlow: (blow: Blow) => void;
  /** The frame that lets the next one pass first; at most one. */
  #overtaken: (() => void) | undefined;

  constructor(
    direction: FaultyFrame['direction'],
    { fault, clock, onBlow }: { fault: FrameFault; clock: Clock; onBlow: (blow: Blow) => void },
  ) {
    this.#direction = direction;
    this.#fault = fault;
    this.#clock = clock;
    this.#onBlow = onBlow;
  }

  /** Passes a frame on, or not, or twice, or later. A blow comes in the place of its frame. */
  carry(messageType: string, pass: () => void): void {
    const fate = this.#fault({ direction: this.#direction, messageType });
    if (fate === 'drop') return;
    if (typeof fate === 'object') return void this.#clock.after(fate.delayMs, pass);
    if (fate === 'reorder' && !this.#overtaken) {
      this.#overtaken = pass;
      return;
    }
    if (fate === 'cut-client' || fate === 'cut-agent' || fate === 'kill-command') {
      this.#onBlow(fate);
      return;
    }
    pass();
    if (fate === 'duplicate') pass();
    const overtaken = this.#overtaken;
    this.#overtaken = undefined;
    overtaken?.();
  }
}

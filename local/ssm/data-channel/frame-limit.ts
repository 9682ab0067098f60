import { sessionLimits } from './pace.ts';

/** Counts a client's frames; the service closes the socket of one that sends too many for too long. */
export class FrameLimit {
  #count = 0;
  #windowStart = 0;

  /** Whether one more frame is still within the limit. */
  take(nowMs: number): boolean {
    if (nowMs - this.#windowStart >= sessionLimits.frameWindowMs) {
      this.#windowStart = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= sessionLimits.framesPerWindow;
  }
}

/** How long to wait for an acknowledgement, estimated as both real sides do. Milliseconds. */
export class RoundTrip {
  #mean = 100;
  #deviation = 0;
  #timeout = 200;
  readonly #minTimeout: number;

  constructor(minTimeoutMs: number) {
    this.#minTimeout = minTimeoutMs;
  }

  get timeoutMs(): number {
    return Math.max(this.#minTimeout, this.#timeout);
  }

  measured(ms: number): void {
    this.#deviation = (3 / 4) * this.#deviation + (1 / 4) * Math.abs(this.#mean - ms);
    this.#mean = (7 / 8) * this.#mean + (1 / 8) * ms;
    this.#timeout = Math.min(1_000, this.#mean + Math.max(10, 4 * this.#deviation));
  }
}

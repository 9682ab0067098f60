import type { UsageRow } from './ports.ts';

/** Rows, added up. */
export class UsageSums {
  #sandboxes = 0;
  #seconds = 0;
  #micros = 0;
  #commands = 0;

  add({ sandboxes, seconds, micros, commands }: UsageRow): this {
    this.#sandboxes += sandboxes;
    this.#seconds += seconds;
    this.#micros += micros;
    this.#commands += commands;
    return this;
  }

  /** As callers see them. */
  get shown() {
    return {
      sandboxes: this.#sandboxes,
      sandbox_seconds: this.#seconds,
      commands: this.#commands,
      usd: this.#micros / 1e6,
    };
  }
}

import { AgentError } from '../../../../contract/agent/errors.ts';
import { marksInUse } from './processes.ts';

/** The group ids that tell commands apart. No other process or file of a sandbox has them. */
const range = { first: 10_000, last: 59_999 } as const;

/**
 * Hands out supplementary group ids. One is given again only when its command has ended and no process holds it: who
 * holds one is looked up once per lap through the range, and ids in the hands of running commands are known.
 */
export class Marks {
  readonly #taken = new Set<number>();
  readonly #given = new Set<number>();
  readonly #scan: () => Set<number>;
  #held: Set<number>;
  #next: number;
  #left: number;

  /** `start` is where the first lap begins; by default anywhere, so that two agents on one kernel rarely meet. */
  constructor(
    start = range.first + Math.floor(Math.random() * (range.last - range.first + 1)),
    scan: () => Set<number> = marksInUse,
  ) {
    this.#next = start;
    this.#scan = scan;
    this.#held = scan();
    this.#left = range.last - range.first + 1;
  }

  /** A mark that no process has. Throws `too_many_commands` when there is none. */
  take(): number {
    for (let tries = 0; tries <= range.last - range.first; tries++) {
      const mark = this.#advance();
      if (this.#taken.has(mark) || this.#held.has(mark)) continue;
      this.#taken.add(mark);
      this.#given.add(mark);
      return mark;
    }
    throw new AgentError('too_many_commands', 'no mark is free for another command');
  }

  /** Says that the command has ended; processes it left keep the mark from being given again. */
  release(mark: number): void {
    this.#taken.delete(mark);
  }

  /** Whether a command has it and has not given it back. */
  isTaken(mark: number): boolean {
    return this.#taken.has(mark);
  }

  /** Whether a group id was ever handed out: its processes are, or were left by, a command. */
  isGiven(group: number): boolean {
    return this.#given.has(group);
  }

  #advance(): number {
    if (this.#left === 0) {
      this.#held = this.#scan();
      this.#left = range.last - range.first + 1;
    }
    this.#left--;
    const mark = this.#next;
    this.#next = mark === range.last ? range.first : mark + 1;
    return mark;
  }
}

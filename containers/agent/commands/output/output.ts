import type { Clock } from '../../../../contract/clock.ts';
import type { Leader } from '../launch/launch.ts';
import { collect } from './collect.ts';
import type { DiskBudget } from './disk-budget.ts';
import { Excerpt } from './excerpt.ts';
import { Spool } from './spool.ts';

interface Options {
  /** A folder of root's. */
  readonly folder: string;
  /** Of the files in it; nobody else's. */
  readonly name: string;
  /** The most a stream keeps. */
  readonly spoolBytes: number;
  readonly budget: DiskBudget;
  /** Called when there is more to read. */
  readonly changed: () => void;
}

/** What a command prints: both streams on disk, and the ends of both in memory. */
export class Output implements AsyncDisposable {
  readonly stdout: Spool;
  readonly stderr: Spool;
  readonly excerpts = { stdout: new Excerpt(), stderr: new Excerpt() };

  constructor({ folder, name, spoolBytes, budget, changed }: Options) {
    // Not by `join`, whose strings keep the pieces they were made of: a thousand commands are remembered.
    const spool = (stream: string) =>
      new Spool(`${folder}/${name}-${stream}`, { maxBytes: spoolBytes }, budget, changed);
    this.stdout = spool('stdout');
    this.stderr = spool('stderr');
  }

  /** Takes everything that is printed until `over`, and what is still on its way then. */
  async collect(leader: Pick<Leader, 'stdout' | 'stderr'>, over: Promise<unknown>, clock: Clock): Promise<void> {
    const sources = (['stdout', 'stderr'] as const).flatMap((stream) => {
      const reader = leader[stream];
      return reader ? [{ reader, spool: this[stream], excerpt: this.excerpts[stream] }] : [];
    });
    await collect(sources, over, clock);
  }

  /** The first and last bytes of what was printed, for a person. */
  get excerpt(): string {
    return [this.excerpts.stdout.text(), this.excerpts.stderr.text()].filter(Boolean).join('\n');
  }

  /** Forgets it all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.stdout[Symbol.asyncDispose](), this.stderr[Symbol.asyncDispose]()]);
  }
}

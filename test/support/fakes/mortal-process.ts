// A process of a function, as far as its calls of the world go: it can die at any of them, and their answers can be lost.
import { setImmediate } from 'node:timers/promises';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Random } from '../../../local/hazards/random.ts';
import { unavailable } from './fakes.ts';

/** What befalls the call of this number. `dies_after`, `lost`: it was carried out, and nobody hears of it. */
export interface Trouble {
  readonly kind: 'none' | 'dies_before' | 'dies_after' | 'lost' | 'throttled';
  readonly atCall: number;
}

export const untroubled: Trouble = { kind: 'none', atCall: 0 };

const throttled = () => new SandboxError('rate_limited', 'too many calls at once', { retryAfterSeconds: 1 });

/** One process and what it calls. Its calls and those of others follow each other in an order of chance. */
export class MortalProcess {
  readonly #trouble: Trouble;
  readonly #random: Random;
  readonly #died = Promise.withResolvers<'died'>();
  #calls = 0;
  #isDead = false;

  constructor(trouble: Trouble, random: Random) {
    this.#trouble = trouble;
    this.#random = random;
  }

  /** The same port, as this process meets it. */
  of<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: readonly unknown[]) => {
          const work = () => Reflect.apply(member, target, given) as unknown;
          return member.constructor.name === 'AsyncGeneratorFunction'
            ? this.#each(work() as AsyncIterable<unknown>)
            : this.#call(work);
        };
      },
    });
  }

  /** Works until it is done or dead; what it throws of its own is an answer too. Throws what no caller should see. */
  async run(work: () => Promise<unknown>): Promise<'done' | 'refused' | 'died'> {
    const done = work().then(
      () => 'done' as const,
      (error: unknown) => {
        const all = error instanceof AggregateError ? error.errors : [error];
        if (all.every((one) => one instanceof SandboxError && one.code !== 'internal')) return 'refused' as const;
        throw error;
      },
    );
    return await Promise.race([done, this.#died.promise]);
  }

  async *#each(items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    const iterator = items[Symbol.asyncIterator]();
    for (;;) {
      const next = (await this.#call(() => iterator.next())) as IteratorResult<unknown>;
      if (next.done) return;
      yield next.value;
    }
  }

  async #call(work: () => unknown): Promise<unknown> {
    if (this.#random() < 0.5) await setImmediate();
    this.#calls += 1;
    const kind = this.#calls === this.#trouble.atCall ? this.#trouble.kind : 'none';
    if (kind === 'throttled') throw throttled();
    if (kind === 'dies_before') this.#die();
    // A dead process is not told anything: what waits for its calls waits for ever.
    if (this.#isDead) return await new Promise(() => {});
    const answer = await work();
    if (kind === 'dies_after') this.#die();
    if (this.#isDead) return await new Promise(() => {});
    if (kind === 'lost') throw unavailable();
    return answer;
  }

  #die(): void {
    this.#isDead = true;
    this.#died.resolve('died');
  }
}

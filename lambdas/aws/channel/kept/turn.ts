import type { HeldChannel } from '../held-channel.ts';
import type { Acquaintance } from './open-channel.ts';

/** One use of a channel. */
export interface Turn {
  readonly channel: HeldChannel;
  /** Gives the channel back; `broken` ends it. To be awaited: the environment may freeze right after its answer. */
  end(how: 'well' | 'broken'): Promise<void>;
}

export interface TakeOptions {
  /** @default new */
  readonly machine?: Acquaintance;
  /** How long to stand in line for a slot. */
  readonly patienceMs: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** The order that the turn is for, which whoever has a channel already may send. */
  readonly order?: string | undefined;
}

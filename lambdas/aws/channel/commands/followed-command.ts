import type { ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../../channel/near/read-chunks.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { type CommandEvent, commandFrames, type Offsets } from '../../../../contract/agent/command-frames.ts';
import type { Follow } from '../../../../contract/agent/commands.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Turn } from '../kept/turn.ts';

/** A command's body on its way through a channel, and the turn it takes. */
export interface Following {
  readonly turn: Turn;
  readonly body: ClientHttp2Stream;
}

export interface FollowedOptions {
  readonly commandId: string;
  /** Undefined where somebody else has sent the order: it is followed like one whose channel was given to others. */
  readonly first: Following | undefined;
  /** Where the first one begins. */
  readonly offsets: Offsets;
  /** When to end; see the port. */
  readonly until?: Follow['until'];
  readonly onStarted?: (cwd: string) => void;
  /** Follows again from these offsets, on a channel that works. */
  readonly reopen: (offsets: Offsets) => Promise<Following>;
  /** Goes on from these offsets when others have got the channel: on one again, or with all that is left. */
  readonly rejoin: (offsets: Offsets) => Promise<Following | readonly CommandEvent[]>;
  readonly signal: AbortSignal;
}

// A far side that breaks again and again is not worth an account-wide rate of calls.
const mostReopenings = 3;

/** Nobody knows whether the command runs: it may. */
export const channelLost = (commandId: string, cause: unknown): SandboxError =>
  new SandboxError('channel_lost', `the channel broke; ${commandId} may still run`, {
    details: { command_id: commandId },
    cause,
  });

/** What the agent itself has said stands; that it can't be reached says nothing about the command. */
export const isDefinite = (error: unknown): boolean =>
  error instanceof SandboxError && !['unavailable', 'rate_limited', 'capacity_unavailable'].includes(error.code);

/**
 * A command's events, across channels that break and channels that are given to others. Read it once; the turn ends with the
 * reading, or when the signal aborts, which ends the events without an error.
 */
export class FollowedCommand implements AsyncIterable<CommandEvent> {
  readonly #options: FollowedOptions;
  readonly #offsets: Offsets;
  #following: Following | undefined;
  /** The end of the turn that was given back at last. */
  #given: Promise<void> | undefined;

  constructor(options: FollowedOptions) {
    this.#options = options;
    this.#offsets = { ...options.offsets };
    this.#following = options.first;
    if (options.signal.aborted) void this.#letGo('well');
    else options.signal.addEventListener('abort', () => void this.#letGo('well'), { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CommandEvent> {
    try {
      if (this.#following === undefined && !this.#options.signal.aborted && (yield* this.#rejoin())) return;
      for (let reopened = 0; this.#following !== undefined; ) {
        const { displaced } = this.#following.turn.channel;
        try {
          return yield* this.#read(this.#following, displaced);
        } catch (error) {
          if (this.#options.signal.aborted) return;
          if (!displaced.aborted) await this.#recover(error, reopened++);
          else if (yield* this.#rejoin()) return;
        }
      }
    } finally {
      await this.#letGo('well');
    }
  }

  async *#read({ body }: Following, displaced: AbortSignal): AsyncGenerator<CommandEvent> {
    // The body breaks for whoever reads it, and the offsets say where.
    const yieldTurn = () => body.destroy(new ChannelBroken('others wait for the channel'));
    displaced.addEventListener('abort', yieldTurn, { once: true });
    if (displaced.aborted) yieldTurn();
    try {
      const { commandId } = this.#options;
      yield* commandFrames(readChunks(body), commandId, this.#offsets, this.#options);
    } finally {
      displaced.removeEventListener('abort', yieldTurn);
    }
  }

  /** True when nothing is left to follow. */
  async *#rejoin(): AsyncGenerator<CommandEvent, boolean> {
    await this.#letGo('well');
    const next = await this.#again(this.#options.rejoin);
    if (next === undefined) return true;
    if ('turn' in next) {
      await this.#goOn(next);
      return false;
    }
    yield* next;
    return true;
  }

  async #recover(error: unknown, reopened: number): Promise<void> {
    if (!(error instanceof ChannelBroken)) throw error;
    await this.#letGo('broken');
    if (reopened === mostReopenings) throw channelLost(this.#options.commandId, error);
    const next = await this.#again(this.#options.reopen);
    if (next) await this.#goOn(next);
  }

  /** Undefined when the signal has aborted meanwhile. */
  async #again<T>(how: (offsets: Offsets) => Promise<T>): Promise<T | undefined> {
    try {
      return await how(this.#offsets);
    } catch (cause) {
      if (this.#options.signal.aborted) return undefined;
      throw isDefinite(cause) ? cause : channelLost(this.#options.commandId, cause);
    }
  }

  async #goOn(following: Following): Promise<void> {
    this.#following = following;
    if (this.#options.signal.aborted) await this.#letGo('well');
  }

  /** Resolves when the turn has ended, also where somebody else has let it go. */
  async #letGo(how: 'well' | 'broken'): Promise<void> {
    const following = this.#following;
    this.#following = undefined;
    following?.body.on('error', () => undefined).close();
    if (following) this.#given = following.turn.end(how);
    await this.#given;
  }
}

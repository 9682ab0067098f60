import type { ClientHttp2Stream } from 'node:http2';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { CommandEvent } from '../../core/ports.ts';
import { ChannelBroken } from './agent-request.ts';
import { commandFrames, type Offsets } from './command-frames.ts';
import type { Turn } from './kept-channels.ts';

/** A command's body on its way through a channel, and the turn it takes. */
export interface Following {
  readonly turn: Turn;
  readonly body: ClientHttp2Stream;
}

export interface FollowedOptions {
  readonly commandId: string;
  readonly first: Following;
  /** Follows again from these offsets, on a channel that works. */
  readonly reopen: (offsets: Offsets) => Promise<Following>;
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
 * A command's events, across channels that break. Read it once; the turn ends with the reading, or when the signal aborts, which
 * ends the events without an error.
 */
export class FollowedCommand implements AsyncIterable<CommandEvent> {
  readonly #options: FollowedOptions;
  readonly #offsets: Offsets = { stdout: 0, stderr: 0 };
  #following: Following | undefined;

  constructor(options: FollowedOptions) {
    this.#options = options;
    this.#following = options.first;
    if (options.signal.aborted) void this.#letGo('well');
    else options.signal.addEventListener('abort', () => void this.#letGo('well'), { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CommandEvent> {
    try {
      for (let reopened = 0; this.#following !== undefined; reopened++) {
        try {
          return yield* commandFrames(this.#following.body, this.#options.commandId, this.#offsets);
        } catch (error) {
          await this.#recover(error, reopened);
        }
      }
    } finally {
      await this.#letGo('well');
    }
  }

  async #recover(error: unknown, reopened: number): Promise<void> {
    const { signal, commandId, reopen } = this.#options;
    if (signal.aborted) return;
    if (!(error instanceof ChannelBroken)) throw error;
    await this.#letGo('broken');
    if (reopened === mostReopenings) throw channelLost(commandId, error);
    try {
      this.#following = await reopen(this.#offsets);
    } catch (cause) {
      if (signal.aborted) return;
      throw isDefinite(cause) ? cause : channelLost(commandId, cause);
    }
    if (signal.aborted) await this.#letGo('well');
  }

  async #letGo(how: 'well' | 'broken'): Promise<void> {
    const following = this.#following;
    this.#following = undefined;
    following?.body.on('error', () => undefined).close();
    await following?.turn.end(how);
  }
}

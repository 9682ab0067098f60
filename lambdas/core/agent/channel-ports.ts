import type * as z from 'zod';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import type { Follow, StartCommand } from '../../../contract/agent/commands.ts';
import type { AssignedAgent } from '../sandboxes/record.ts';

/** The agent that a channel is to lead to. */
export interface ChannelTarget {
  readonly sandboxId: string;
  readonly generation: number;
  readonly taskArn: string;
  readonly agent: AssignedAgent;
  /** Somebody waits for a channel until then. */
  readonly wantedUntil: string | null;
}

/** How a command is followed. */
export interface FollowOptions {
  /** Up to this byte of a stream its output is wanted, after it only the outcome; undefined: all of it. */
  readonly streamBytes: number | undefined;
  /** Ends before the command does: once there is some output, or at once. Its `finished` may then say `running`. */
  readonly until?: Follow['until'];
  /** Hears where the command was started. */
  readonly onStarted?: (cwd: string) => void;
  readonly signal: AbortSignal;
}

/** Something the agent is asked, and answers with JSON. */
export interface AgentQuestion<A> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** A body that is no JSON, in the place of one that is. */
  readonly bytes?: Uint8Array;
  readonly answer: z.ZodType<A>;
  /** Whether asking twice is harmless: then it is asked again when nobody knows whether it was heard. */
  readonly repeatable: boolean;
  /** How long its answer may take, in ms, where that is more than a moment. */
  readonly withinMs?: number;
}

export interface AgentChannel {
  /**
   * Starts a command (or joins it, when its id was started before) and follows it. Resolves once the agent has it; throws
   * `channel_lost` when nobody knows whether it has. The events end with `finished`, or throw `channel_lost`. Offsets follow on
   * each other, but for output that is no longer kept.
   */
  run(target: ChannelTarget, order: StartCommand, options: FollowOptions): Promise<AsyncIterable<CommandEvent>>;
  /** Follows a command that was started, from these offsets; as `run`. Throws `not_found` when the agent doesn't know it. */
  follow(
    target: ChannelTarget,
    commandId: string,
    options: FollowOptions & { readonly offsets: { readonly stdout: number; readonly stderr: number } },
  ): Promise<AsyncIterable<CommandEvent>>;
  /** Asks once, or until it has been heard; throws `channel_lost` when nobody knows whether it was, and what the agent refuses. */
  ask<A>(target: ChannelTarget, question: AgentQuestion<A>, signal: AbortSignal): Promise<A>;
}

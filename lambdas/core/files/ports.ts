import type * as z from 'zod';
import type { AgentChannel, ChannelTarget } from '../agent/channel-ports.ts';

/** Something that the agent answers with a file's bytes. */
export interface BytesQuestion {
  /** With its query. */
  readonly path: string;
  /** More than these are a broken answer. */
  readonly mostBytes: number;
}

/** Something that the agent answers with events, until it is done or nobody reads. */
export interface EventsQuestion<E> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly event: z.ZodType<E>;
  /** Whether the events end, without a last one, as soon as others wait for a channel. */
  readonly yields: boolean;
  /** How long the first one may take, in ms. */
  readonly withinMs: number;
}

/** A sandbox's files, by way of its agent. All of it throws what the agent refuses. */
export interface FilesChannel extends Pick<AgentChannel, 'ask'> {
  /** Reads again from the beginning where the channel breaks. The headers are the agent's own. */
  read(
    target: ChannelTarget,
    question: BytesQuestion,
    signal: AbortSignal,
  ): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly bytes: Uint8Array }>;
  /**
   * Resolves once the agent has begun. The events throw `channel_lost` when the channel breaks, and end early and quietly when
   * the signal aborts.
   */
  events<E>(target: ChannelTarget, question: EventsQuestion<E>, signal: AbortSignal): Promise<AsyncIterable<E>>;
}

import * as z from 'zod';
import { CommandOutcome } from '../api/commands/command-result.ts';
import { SandboxError } from '../api/errors.ts';
import { limits } from '../api/limits.ts';
import { ChannelBroken } from './channel-broken.ts';
import type { Follow } from './commands.ts';
import { type Frame, FrameDecoder, FrameError } from './frames.ts';
import { toldError } from './told-error.ts';

/** What a followed command did: output, then how it ended. */
export type CommandEvent =
  | { readonly kind: 'stdout' | 'stderr'; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: 'finished'; readonly outcome: CommandOutcome };

/** Up to which byte each stream has been read. */
export interface Offsets {
  stdout: number;
  stderr: number;
}

interface FrameOptions {
  /** When the frames were asked to end: the outcome may be `running` only where they need not wait for it. */
  readonly until?: Follow['until'];
  /** Hears where the command was started. */
  readonly onStarted?: (cwd: string) => void;
}

const bounded = CommandOutcome.refine(
  ({ cwd, signal }) => cwd.length <= limits.pathBytes && (signal?.length ?? 0) <= 32,
  'expected a path and a signal of ordinary length',
);

function outcomeOf(json: unknown, commandId: string, mayRun: boolean): CommandEvent {
  const outcome = bounded.safeParse(json);
  if (!outcome.success) throw new FrameError('the outcome is malformed', { cause: outcome.error });
  const { command_id, outcome: how } = outcome.data;
  if (command_id !== commandId || (how === 'running' && !mayRun))
    throw new FrameError(`the outcome is of ${command_id.slice(0, 40)}, which is ${how}`);
  return { kind: 'finished', outcome: outcome.data };
}

const Started = z.object({ cwd: z.string().max(limits.pathBytes) });

/** What a frame says; undefined when nothing of interest. Moves the offsets on. */
function eventOf(
  frame: Frame,
  commandId: string,
  offsets: Offsets,
  { until = 'end', onStarted }: FrameOptions,
): CommandEvent | undefined {
  if (frame.kind === 'finished') return outcomeOf(frame.json, commandId, until !== 'end');
  if (frame.kind === 'started') {
    const { data } = Started.safeParse(frame.json);
    if (data) onStarted?.(data.cwd);
  }
  if (frame.kind === 'error') throw toldError(frame.json, 'the agent gives up');
  if (!('data' in frame)) return undefined;
  // Output that the spool no longer has is left out; what has been seen never comes again.
  if (frame.offset < offsets[frame.kind])
    throw new FrameError(`${frame.kind} goes back to ${frame.offset} from ${offsets[frame.kind]}`);
  offsets[frame.kind] = frame.offset + frame.data.length;
  return { kind: frame.kind, offset: frame.offset, data: frame.data };
}

/**
 * A followed command out of the frames of its body. Ends after the outcome; throws ChannelBroken when the body ends before, is not what
 * it should be, or fails, and SandboxError for what the agent itself reports. `offsets` always says how far it has come.
 */
export async function* commandFrames(
  body: AsyncIterable<Uint8Array>,
  commandId: string,
  offsets: Offsets,
  options: FrameOptions = {},
): AsyncGenerator<CommandEvent> {
  const decoder = new FrameDecoder();
  try {
    for await (const chunk of body) {
      for (const frame of decoder.push(chunk)) {
        const event = eventOf(frame, commandId, offsets, options);
        if (event !== undefined) yield event;
        if (event?.kind === 'finished') return;
      }
    }
  } catch (cause) {
    if (cause instanceof FrameError || isStreamError(cause))
      throw new ChannelBroken('the stream of the command broke', { cause });
    throw cause;
  }
  throw new ChannelBroken('the stream of the command ended without its outcome');
}

// Node's errors carry a code, and so do ours.
const isStreamError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && !(error instanceof SandboxError);

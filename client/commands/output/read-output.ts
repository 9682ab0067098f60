import type { CommandContext } from '../command-context.ts';
import type { Followed } from '../follow-command.ts';
import { follow } from '../follow-command.ts';
import type { ReadUpTo } from '../transport/command-transport.ts';
import { type CommandProgress, type OutputStream, ProgressReader } from './command-progress.ts';

export interface OutputOptions {
  /** @default both */
  readonly stream?: OutputStream | undefined;
  /** Of the first byte wanted, in `stream`, or in stdout where both are read. @default 0 */
  readonly offset?: number | undefined;
  /** Of the first byte wanted in stderr, where both are read. @default 0 */
  readonly stderrOffset?: number | undefined;
  /** Go on until the command has ended; else what there is now. @default true */
  readonly follow?: boolean | undefined;
  /** Stops reading, which then throws its reason. The command goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** A piece of output. One that does not begin where the last of its stream ended tells that what was between is no longer kept. */
export interface OutputPiece {
  readonly stream: OutputStream;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Where reading begins, by the options. */
function startOf({ stream, offset = 0, stderrOffset = 0 }: OutputOptions): ReadUpTo {
  return stream === 'stderr' ? { stdout: 0, stderr: offset } : { stdout: offset, stderr: stderrOffset };
}

/** A command that is followed by its id, for as long as it runs. */
export function followedById(
  { transport, sandboxId }: CommandContext,
  commandId: string,
  { stream, from }: { readonly stream?: OutputStream | undefined; readonly from: ReadUpTo },
): Followed {
  const reader = new ProgressReader(false, from);
  const wanted = { sandboxId, commandId, stream };
  const events = (signal: AbortSignal) => transport.follow(wanted, reader.upTo, signal);
  return { reader, events, limitMs: Number.POSITIVE_INFINITY };
}

/** What there is now. Where it comes on a second way after the first one broke, what is told again is left out. */
async function* readNow(
  { transport, sandboxId }: CommandContext,
  commandId: string,
  options: OutputOptions,
): AsyncGenerator<CommandProgress> {
  const from = startOf(options);
  const reader = new ProgressReader(false, from);
  const { stream, signal = new AbortController().signal } = options;
  for await (const event of transport.read({ sandboxId, commandId, stream }, from, signal)) yield* reader.read(event);
}

/** The output of a command, each byte once and in order per stream, over as many connections as that takes. */
export async function* readOutput(
  context: CommandContext,
  commandId: string,
  options: OutputOptions,
): AsyncGenerator<OutputPiece, void, void> {
  const from = startOf(options);
  const { stream, signal } = options;
  const followed = followedById(context, commandId, { stream, from });
  const told =
    options.follow === false ? readNow(context, commandId, options) : follow(context.connection, followed, signal);
  for await (const progress of told) {
    if (progress.kind === 'output') yield { stream: progress.stream, offset: progress.offset, bytes: progress.bytes };
  }
}

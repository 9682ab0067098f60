import type { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import type { ExecEvent } from '../../../contract/api/commands/commands.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { RawOutput, ReadUpTo, TransportEvent } from '../transport/command-transport.ts';
import { bytesOf } from './bytes-of.ts';

export type OutputStream = 'stdout' | 'stderr';

/** What a command did, each byte of its output once and in order. */
export type CommandProgress =
  | { readonly kind: 'started'; readonly commandId: string }
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly offset: number; readonly bytes: Uint8Array }
  /** Output that the sandbox no longer keeps: it was produced faster than it was read. */
  | { readonly kind: 'missed'; readonly stream: OutputStream; readonly byteCount: number }
  | { readonly kind: 'finished'; readonly outcome: CommandOutcome };

type OutputEvent = Extract<ExecEvent, { event: OutputStream }> | RawOutput;

const decode = (event: OutputEvent): Uint8Array => ('bytes' in event ? event.bytes : bytesOf(event));

/** Turns the events of one or more streams about one command into its progress: what is told again is left out. */
export class ProgressReader {
  readonly #upTo: Record<OutputStream, number>;
  readonly #endsRunning: boolean;
  #commandId: string | undefined;

  /** `endsRunning`: whether being told that it still runs is an end, since only so much waiting was asked for. */
  constructor(endsRunning: boolean, from: ReadUpTo = { stdout: 0, stderr: 0 }) {
    this.#endsRunning = endsRunning;
    this.#upTo = { ...from };
  }

  /** Undefined until it has started. */
  get commandId(): string | undefined {
    return this.#commandId;
  }

  /** How far each stream has been read. */
  get upTo(): ReadUpTo {
    return { ...this.#upTo };
  }

  /** Throws `bad_answer` for an event that contradicts an earlier one. */
  *read(event: TransportEvent): Generator<CommandProgress> {
    if (event.event === 'started') yield* this.#started(event.command_id);
    if (event.event === 'stdout' || event.event === 'stderr') yield* this.#output(event);
    if (event.event === 'finished') {
      yield* this.#started(event.result.command_id);
      if (event.result.outcome !== 'running' || this.#endsRunning) yield { kind: 'finished', outcome: event.result };
    }
  }

  *#started(commandId: string): Generator<CommandProgress> {
    if (this.#commandId === commandId) return;
    if (this.#commandId !== undefined) {
      throw new SandboxError('bad_answer', `the stream of ${this.#commandId} went on with ${commandId}`);
    }
    this.#commandId = commandId;
    yield { kind: 'started', commandId };
  }

  *#output(event: OutputEvent): Generator<CommandProgress> {
    const stream = event.event;
    const bytes = decode(event);
    const upTo = this.#upTo[stream];
    const end = event.offset + bytes.length;
    if (end <= upTo) return;
    if (event.offset > upTo) yield { kind: 'missed', stream, byteCount: event.offset - upTo };
    this.#upTo[stream] = end;
    const offset = Math.max(upTo, event.offset);
    yield { kind: 'output', stream, offset, bytes: bytes.subarray(offset - event.offset) };
  }
}

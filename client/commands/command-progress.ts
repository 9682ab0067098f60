import type { CommandOutcome } from '../../contract/api/command-result.ts';
import type { ExecEvent } from '../../contract/api/commands.ts';
import { SandboxError } from '../../contract/api/errors.ts';
import { fromBase64 } from './base64.ts';
import type { RawOutput, ReadUpTo, TransportEvent } from './command-transport.ts';

export type OutputStream = 'stdout' | 'stderr';

/** What a command did, each byte of its output once and in order. */
export type CommandProgress =
  | { readonly kind: 'started'; readonly commandId: string }
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  /** Output that the sandbox no longer keeps: it was produced faster than it was read. */
  | { readonly kind: 'missed'; readonly stream: OutputStream; readonly byteCount: number }
  | { readonly kind: 'finished'; readonly outcome: CommandOutcome };

type OutputEvent = Extract<ExecEvent, { event: OutputStream }> | RawOutput;

function decode(event: OutputEvent): Uint8Array {
  if ('bytes' in event) return event.bytes;
  const { data, encoding } = event;
  if (encoding === 'utf8') return new TextEncoder().encode(data);
  try {
    return fromBase64(data);
  } catch (cause) {
    throw new SandboxError('bad_answer', 'output marked as base64 is not', { cause });
  }
}

/** Turns the events of one or more streams about one command into its progress: what is told again is left out. */
export class ProgressReader {
  readonly #upTo: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
  readonly #endsRunning: boolean;
  #commandId: string | undefined;

  /** `endsRunning`: whether being told that it still runs is an end, since only so much waiting was asked for. */
  constructor(endsRunning: boolean) {
    this.#endsRunning = endsRunning;
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
    yield { kind: 'output', stream, bytes: bytes.subarray(Math.max(0, upTo - event.offset)) };
  }
}

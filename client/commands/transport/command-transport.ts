import type { ExecEvent } from '../../../contract/api/commands/commands.ts';
import type { InputOf, OutputOf, SendOptions } from '../../http/send/send.ts';
import type { OutputStream } from '../output/command-progress.ts';
import type { ExecCall } from './exec-call.ts';

/** Output as it came, where no encoding was in between. */
export interface RawOutput {
  readonly event: OutputStream;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type TransportEvent = ExecEvent | RawOutput;

/** Up to which byte each stream has been read. */
export type ReadUpTo = Readonly<Record<OutputStream, number>>;

/** What a reader wants of a command. */
export interface WantedOutput {
  readonly sandboxId: string;
  readonly commandId: string;
  /** Without one, both. */
  readonly stream?: OutputStream | undefined;
}

/** What is done with commands by one question and one answer. */
export type CommandRoute =
  | 'startCommand'
  | 'listCommands'
  | 'getCommand'
  | 'writeStdin'
  | 'signalCommand'
  | 'resizeCommand';

/** A way that commands go to a sandbox. */
export interface CommandTransport extends AsyncDisposable {
  /**
   * One attempt at a command: starts it, or joins it when the same call has started it before, and tells what happens, the last
   * event being `finished`. Output before `from` may be left out. Throws the error the service told, and `connection_lost` where the
   * attempt broke.
   */
  events(call: ExecCall, from: ReadUpTo, signal: AbortSignal): AsyncIterable<TransportEvent>;

  /** One attempt at reading on in a command that was started before. Ends and throws as `events` does. */
  follow(wanted: WantedOutput, from: ReadUpTo, signal: AbortSignal): AsyncIterable<TransportEvent>;

  /** The output there is, without waiting for more. It may end before all of it was told; then it is asked again. */
  read(wanted: WantedOutput, from: ReadUpTo, signal: AbortSignal): AsyncIterable<RawOutput>;

  /** Asks and resolves with the answer; repeats what may be repeated. Throws as `send` does. */
  ask<Name extends CommandRoute>(name: Name, input: InputOf<Name>, options: SendOptions): Promise<OutputOf<Name>>;
}

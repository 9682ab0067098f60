import type { ExecEvent } from '../../contract/api/commands.ts';
import type { OutputStream } from './command-progress.ts';
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

/** A way that commands go to a sandbox. */
export interface CommandTransport extends AsyncDisposable {
  /**
   * One attempt at a command: starts it, or joins it when the same call has started it before, and tells what happens, the last
   * event being `finished`. Output before `from` may be left out. Throws the error the service told, and `connection_lost` where the
   * attempt broke.
   */
  events(call: ExecCall, from: ReadUpTo, signal: AbortSignal): AsyncIterable<TransportEvent>;
}

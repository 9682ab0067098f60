import type { Connection } from '../../connection.ts';
import { Deadline } from './deadline.ts';
import { Retries } from './retries.ts';

interface Repeated {
  /** For the message of `timed_out`. */
  readonly what: string;
  /** Whether the call may be made again when nobody knows what became of it. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a call, again where it failed and may be repeated, within the connection's total time. Throws the last failure, `timed_out`,
 * or the reason of `signal`.
 */
export async function repeatCall<T>(
  { clock, timeouts, attempts }: Pick<Connection, 'clock' | 'timeouts' | 'attempts'>,
  { what, repeatable, signal }: Repeated,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using deadline = new Deadline(clock, timeouts.totalMs, what, signal);
  const retries = new Retries({ clock, attempts, deadline, repeatable });
  for (;;) {
    try {
      return await call(deadline.signal);
    } catch (error) {
      await retries.again(error);
    }
  }
}

import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { errorEvent } from '../error-event.ts';

/** The events of something that takes long, for whoever wants them: what fails is the last one. Never throws. */
export async function* eventsOf<E>(events: AsyncIterable<E>, requestId: string) {
  try {
    yield* events;
  } catch (cause) {
    yield errorEvent(cause, requestId);
  }
}

/**
 * Waits for the last event, as long as one call waits. Throws what the events throw, and `unavailable` when it takes longer: then
 * `giveUp` is called.
 */
export async function lastOf<E>(
  events: AsyncIterable<E>,
  { clock, giveUp }: { readonly clock: Clock; readonly giveUp: () => void },
): Promise<E | undefined> {
  const seconds = limits.waitSeconds.max;
  let isLate = false;
  using _late = clock.after(seconds * 1000, () => {
    isLate = true;
    giveUp();
  });
  let last: E | undefined;
  try {
    for await (const event of events) last = event;
  } catch (error) {
    if (!isLate) throw error;
  }
  if (!isLate) return last;
  throw new SandboxError('unavailable', `it is not done after ${seconds} s: ask for it as a stream`);
}

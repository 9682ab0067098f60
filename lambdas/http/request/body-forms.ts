import type * as z from 'zod';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { withHeartbeats } from '../reply/with-heartbeats.ts';

const everyMs = limits.heartbeatSeconds * 1000;

/** What all events have; a route's row says the rest, and that `heartbeat` is one of them. */
interface NamedEvent {
  readonly event: string;
}

/** How events are written, by the content type a caller accepts. */
const eventForms: ReadonlyMap<string, (event: NamedEvent) => string> = new Map([
  ['text/event-stream', (event: NamedEvent) => `event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`],
  ['application/x-ndjson', (event: NamedEvent) => `${JSON.stringify(event)}\n`],
]);

/** The stream form that an Accept header asks for; undefined when it doesn't ask for one. */
export function acceptedStream(accept: string | undefined): string | undefined {
  const types = (accept ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '');
  return types.find((type) => eventForms.has(type));
}

/** Events written in a stream form, each checked before it leaves, with a heartbeat in every silence. */
export async function* eventStream(
  type: string,
  events: AsyncIterable<NamedEvent>,
  schema: z.ZodType,
  clock: Clock,
): AsyncGenerator<string> {
  const write = eventForms.get(type);
  if (write === undefined) throw new Error(`no stream form ${type}`);
  const heartbeat: NamedEvent = { event: 'heartbeat' };
  for await (const event of withHeartbeats(events, heartbeat, { clock, everyMs })) {
    schema.parse(event);
    yield write(event);
  }
}

async function* once<T>(later: () => Promise<T>): AsyncGenerator<T> {
  yield await later();
}

/** A JSON body that comes later: a blank at once and in every silence, which JSON allows before a value. */
export async function* patientJson(
  later: () => Promise<unknown>,
  schema: z.ZodType,
  clock: Clock,
): AsyncGenerator<string> {
  yield ' ';
  for await (const body of withHeartbeats(once(later), undefined, { clock, everyMs }))
    yield body === undefined ? ' ' : JSON.stringify(schema.parse(body));
}

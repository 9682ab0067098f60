import { filesApi, type SearchEvent } from '../../../contract/agent/files.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Answer, Call } from '../operation.ts';
import { failureTold } from './last-event.ts';
import { eventsOf } from './last-of.ts';
import { type FilePorts, notePath, reachFiles } from './reach-files.ts';

type Match = Extract<SearchEvent, { event: 'match' }>;
type Finished = Extract<SearchEvent, { event: 'finished' }>;

// The agent says something every 15 s.
const beginsWithinMs = 30_000;

/** Ends with `finished`; throws what the agent tells, and `channel_lost` when that is missing. */
async function* found(events: AsyncIterable<SearchEvent>): AsyncGenerator<Match | Finished> {
  for await (const event of events) {
    if (event.event === 'error') throw failureTold(event);
    if (event.event === 'heartbeat') continue;
    yield event;
    if (event.event === 'finished') return;
  }
  throw new SandboxError('channel_lost', 'the search was cut short');
}

async function foundAll(events: AsyncIterable<SearchEvent>) {
  const matches: Omit<Match, 'event'>[] = [];
  let truncated = false;
  for await (const event of found(events)) {
    if (event.event === 'finished') truncated = event.truncated;
    else {
      const { event: _, ...match } = event;
      matches.push(match);
    }
  }
  return { matches, truncated };
}

/** Searches below a folder, as a stream or as one body; bounded by `max_matches` and by what the agent goes through. */
export async function searchFiles(ports: FilePorts, call: Call<'searchFiles'>): Promise<Answer<'searchFiles'>> {
  notePath(call, call.body);
  const { method, path, events: event } = filesApi.searchFiles;
  const question = { method, path, body: call.body, event, yields: false, withinMs: beginsWithinMs };
  const events = await reachFiles(ports, call, (target) => ports.channel.events(target, question, call.signal));
  if (call.streamed) return { status: 200, events: eventsOf(found(events), call.requestId) };
  return { status: 200, body: await foundAll(events) };
}

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
// What one body holds. Matches of ordinary length are far from it, as many as may be asked for.
const mostCharacters = 8 * 1024 * 1024;

/**
 * Ends with `finished`; throws what the agent tells, `channel_lost` when that is missing, and `internal` for an agent that finds more
 * than it was asked for.
 */
async function* found(events: AsyncIterable<SearchEvent>, most: number): AsyncGenerator<Match | Finished> {
  let matches = 0;
  for await (const event of events) {
    if (event.event === 'error') throw failureTold(event);
    if (event.event === 'heartbeat') continue;
    if (event.event === 'match' && ++matches > most)
      throw new SandboxError('internal', 'internal error', { cause: new Error(`the agent finds more than ${most}`) });
    yield event;
    if (event.event === 'finished') return;
  }
  throw new SandboxError('channel_lost', 'the search was cut short');
}

const lengthOf = ({ path = '', path_base64 = '', text }: Match): number =>
  path.length + path_base64.length + (text?.length ?? 0);

async function foundAll(events: AsyncIterable<SearchEvent>, most: number) {
  const matches: Omit<Match, 'event'>[] = [];
  let characters = 0;
  for await (const event of found(events, most)) {
    if (event.event === 'finished') return { matches, truncated: event.truncated };
    characters += lengthOf(event);
    if (characters > mostCharacters) break;
    const { event: _, ...match } = event;
    matches.push(match);
  }
  return { matches, truncated: true };
}

/** Searches below a folder, as a stream or as one body; bounded by `max_matches` and by what the agent goes through. */
export async function searchFiles(ports: FilePorts, call: Call<'searchFiles'>): Promise<Answer<'searchFiles'>> {
  notePath(call, call.body);
  const { method, path, events: event } = filesApi.searchFiles;
  const question = { method, path, body: call.body, event, yields: false, withinMs: beginsWithinMs };
  const events = await reachFiles(ports, call, (target) => ports.channel.events(target, question, call.signal));
  const { max_matches } = call.body;
  if (call.streamed) return { status: 200, events: eventsOf(found(events, max_matches), call.requestId) };
  return { status: 200, body: await foundAll(events, max_matches) };
}

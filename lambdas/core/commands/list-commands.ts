import {
  type CommandPlace,
  commandCursor,
  newestFirst,
  readCommandCursor,
} from '../../../contract/api/commands/command-cursor.ts';
import type { CommandInfo } from '../../../contract/api/commands/command-info.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { AgentChannel } from '../agent/channel-ports.ts';
import { foreignCursor } from '../foreign-cursor.ts';
import type { Answer, Call } from '../operation.ts';
import { isEnding, readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { hasEnded, type SandboxRecord } from '../sandboxes/record.ts';
import { channelTarget } from './agent/channel-target.ts';
import { listQuestion } from './agent/command-questions.ts';
import { explainFailure } from './agent/explain-failure.ts';
import { assertReady } from './agent/ready-record.ts';
import { keptCommand, lostCommand } from './kept/kept-command.ts';
import type { CommandRecords } from './ports.ts';

export interface ListPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly commands: Pick<CommandRecords, 'list'>;
  readonly channel: Pick<AgentChannel, 'ask'>;
}

interface Part {
  readonly commands: readonly CommandInfo[];
  /** Up to where it has been read; undefined where that is all of it. */
  readonly end: CommandPlace | undefined;
}

const nothing: Part = { commands: [], end: undefined };

function placeOf(cursor: string | undefined): CommandPlace | undefined {
  const place = cursor === undefined ? undefined : readCommandCursor(cursor);
  if (cursor === undefined || place !== undefined) return place;
  throw foreignCursor(cursor);
}

/** What the agent remembers; nothing once it has gone. */
async function remembered(
  { records, channel }: ListPorts,
  record: SandboxRecord,
  call: Call<'listCommands'>,
): Promise<Part> {
  if (isEnding(record)) return nothing;
  const target = channelTarget(assertReady(record));
  try {
    const page = await channel.ask(target, listQuestion(call.query), call.signal);
    return { commands: page.commands, end: page.next_cursor === null ? undefined : page.commands.at(-1) };
  } catch (error) {
    const explained = await explainFailure(records, record.sandbox_id, error);
    if (explained instanceof SandboxError && explained.code === 'sandbox_ended') return nothing;
    throw explained;
  }
}

/** What the table keeps: all that have ended, also those that the agent has forgotten; after it, those it told nothing of. */
async function kept(
  { commands }: ListPorts,
  record: SandboxRecord,
  { state, limit }: Call<'listCommands'>['query'],
  after: CommandPlace | undefined,
): Promise<Part> {
  if (state === 'running') return nothing;
  const page = await commands.list(record.sandbox_id, { limit, after });
  const told = hasEnded(record)
    ? page.commands.map((command) => (command.outcome === 'running' ? lostCommand(command) : command))
    : page.commands.filter(({ outcome }) => outcome !== 'running');
  return { commands: told.map(keptCommand), end: page.isLast ? undefined : page.commands.at(-1) };
}

const byId = ({ commands }: Part) => commands.map((command) => [command.command_id, command] as const);
const isPlace = (place: CommandPlace | undefined): place is CommandPlace => place !== undefined;

/** Lists the commands of a sandbox, newest first: of each the agent's own word where it still has one. */
export async function listCommands(ports: ListPorts, call: Call<'listCommands'>): Promise<Answer<'listCommands'>> {
  const { limit, cursor } = call.query;
  const after = placeOf(cursor);
  const record = await readOwned(ports.records, call.params.sandbox_id, call.caller);
  call.note({ sandboxId: record.sandbox_id, userId: record.user_id });
  const parts = await Promise.all([remembered(ports, record, call), kept(ports, record, call.query, after)]);
  const ends = parts.map(({ end }) => end).filter(isPlace);
  const isNew = (place: CommandPlace) => after === undefined || newestFirst(after, place) < 0;
  // The agent's word comes first, and of two lists no more is told than what both have told.
  const all = [...new Map(parts.toReversed().flatMap(byId)).values()]
    .filter((command) => isNew(command) && ends.every((end) => newestFirst(command, end) <= 0))
    .sort(newestFirst);
  const commands = all.slice(0, limit);
  const last = all.length > limit ? commands.at(-1) : ends.filter(isNew).sort(newestFirst)[0];
  return { status: 200, body: { commands, next_cursor: last === undefined ? null : commandCursor(last) } };
}

import {
  type CommandPlace,
  commandCursor,
  newestFirst,
  readCommandCursor,
} from '../../../contract/api/command-cursor.ts';
import type { CommandInfo } from '../../../contract/api/command-info.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Answer, Call } from '../operation.ts';
import type { AgentChannel, CommandRecords, SandboxRecords } from '../ports.ts';
import { isEnding, readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';
import { channelTarget } from './channel-target.ts';
import { listQuestion } from './command-questions.ts';
import { endedCommand } from './ended-command.ts';
import { explainFailure } from './explain-failure.ts';
import { assertReady } from './ready-record.ts';

export interface ListPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly commands: Pick<CommandRecords, 'list'>;
  readonly channel: Pick<AgentChannel, 'ask'>;
}

interface Part {
  readonly commands: readonly CommandInfo[];
  readonly isLast: boolean;
}

const nothing: Part = { commands: [], isLast: true };

function placeOf(cursor: string | undefined): CommandPlace | undefined {
  const place = cursor === undefined ? undefined : readCommandCursor(cursor);
  if (cursor === undefined || place !== undefined) return place;
  const rule = 'expected next_cursor of an earlier answer';
  throw new SandboxError('invalid_request', `cursor is not one of ours, ${rule}`, {
    details: { field: 'query.cursor', value: cursor.slice(0, 100), rule },
  });
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
    return { commands: page.commands, isLast: page.next_cursor === null };
  } catch (error) {
    const explained = await explainFailure(records, record.sandbox_id, error);
    if (explained instanceof SandboxError && explained.code === 'sandbox_ended') return nothing;
    throw explained;
  }
}

/** What the table keeps: all that have ended, also those that the agent has forgotten. */
async function ended(
  { commands }: ListPorts,
  { params, query }: Call<'listCommands'>,
  after: CommandPlace | undefined,
): Promise<Part> {
  if (query.state === 'running') return nothing;
  const page = await commands.list(params.sandbox_id, { limit: query.limit, after });
  return { commands: page.commands.map(endedCommand), isLast: page.isLast };
}

/** Both as one list, up to where both are known, the agent's word before the table's. */
function merge(known: Part, kept: Part): CommandInfo[] {
  const ids = new Set(known.commands.map(({ command_id }) => command_id));
  const ends = [known, kept].flatMap(({ commands, isLast }) => (isLast ? [] : commands.slice(-1)));
  return [...known.commands, ...kept.commands.filter(({ command_id }) => !ids.has(command_id))]
    .filter((command) => ends.every((end) => newestFirst(command, end) <= 0))
    .sort(newestFirst);
}

/** Lists the commands of a sandbox, newest first: of each the agent's own word where it still has one. */
export async function listCommands(ports: ListPorts, call: Call<'listCommands'>): Promise<Answer<'listCommands'>> {
  const { limit, cursor } = call.query;
  const after = placeOf(cursor);
  const record = await readOwned(ports.records, call.params.sandbox_id, call.caller);
  call.note({ sandboxId: record.sandbox_id, userId: record.user_id });
  const [known, kept] = await Promise.all([remembered(ports, record, call), ended(ports, call, after)]);
  const all = merge(known, kept).filter((command) => after === undefined || newestFirst(after, command) < 0);
  const commands = all.slice(0, limit);
  const last = commands.at(-1);
  const isLast = last === undefined || (all.length === commands.length && known.isLast && kept.isLast);
  return { status: 200, body: { commands, next_cursor: isLast ? null : commandCursor(last) } };
}

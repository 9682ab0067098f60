import type * as z from 'zod';
import type { CommandList } from '../../../contract/agent/command-control.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { ListCommands } from '../../../contract/api/commands/command-control.ts';
import {
  type CommandPlace,
  commandCursor,
  newestFirst,
  readCommandCursor,
} from '../../../contract/api/commands/command-cursor.ts';
import type { Command } from './command.ts';

/** A page of commands, newest first. Throws `invalid_request` for a cursor that is none. */
export function listCommands(
  commands: readonly Pick<Command, 'info' | 'hasEnded'>[],
  { state, limit, cursor }: z.infer<typeof ListCommands>,
): z.infer<typeof CommandList> {
  const after = cursor === undefined ? undefined : placeOf(cursor);
  const found = commands
    .filter(({ hasEnded }) => state === 'all' || hasEnded === (state === 'ended'))
    .map(({ info }) => info)
    .filter((info) => after === undefined || newestFirst(after, info) < 0)
    .sort(newestFirst);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { commands: page, next_cursor: last ? commandCursor(last) : null };
}

function placeOf(cursor: string): CommandPlace {
  const place = readCommandCursor(cursor);
  if (place) return place;
  throw new AgentError('invalid_request', 'cursor: expected the next_cursor of an earlier page', {
    details: { field: 'cursor', rule: 'expected the next_cursor of an earlier page' },
  });
}

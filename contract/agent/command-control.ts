import * as z from 'zod';
import { ListCommands, SendSignal, StdinState, WriteStdin } from '../api/commands/command-control.ts';
import { CommandInfo } from '../api/commands/command-info.ts';
import { TerminalSize } from '../api/commands/command-input.ts';

/** A page of the commands that run or are still remembered, newest first. Its cursor is `commandCursor` of the last one. */
export const CommandList = z.object({ commands: z.array(CommandInfo), next_cursor: z.string().nullable() });

/** What can be done with commands beside starting and following them. Bodies in and out are JSON. */
export const commandControlApi = {
  listCommands: { method: 'GET', path: '/commands', query: ListCommands, answer: CommandList },
  getCommand: { method: 'GET', path: '/commands/{command_id}', answer: CommandInfo },
  writeStdin: { method: 'POST', path: '/commands/{command_id}/stdin', body: WriteStdin, answer: StdinState },
  signalCommand: { method: 'POST', path: '/commands/{command_id}/signal', body: SendSignal, answer: CommandInfo },
  resizeCommand: { method: 'POST', path: '/commands/{command_id}/resize', body: TerminalSize, answer: TerminalSize },
} as const;

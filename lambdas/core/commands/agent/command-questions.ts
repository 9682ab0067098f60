import type * as z from 'zod';
import { CommandList, commandControlApi } from '../../../../contract/agent/command-control.ts';
import type {
  ListCommands,
  SendSignal,
  StdinState,
  WriteStdin,
} from '../../../../contract/api/commands/command-control.ts';
import type { CommandInfo } from '../../../../contract/api/commands/command-info.ts';
import type { TerminalSize } from '../../../../contract/api/commands/command-input.ts';
import type { AgentQuestion } from '../../agent/channel-ports.ts';
import { withQuery } from '../../with-query.ts';

type Row = { readonly path: string };
const pathOf = ({ path }: Row, commandId: string): string => path.replace('{command_id}', commandId);

/** How a command stands. */
export const infoQuestion = (commandId: string): AgentQuestion<CommandInfo> => {
  const { method, answer } = commandControlApi.getCommand;
  return { method, path: pathOf(commandControlApi.getCommand, commandId), answer, repeatable: true };
};

/** A page of the commands that the agent remembers. */
export const listQuestion = (
  query: Readonly<Partial<z.output<typeof ListCommands>>>,
): AgentQuestion<z.output<typeof CommandList>> => {
  const { method, path } = commandControlApi.listCommands;
  return { method, path: withQuery(path, query), answer: CommandList, repeatable: true };
};

/** Bytes for its standard input. With an offset they are written once, however often they are sent. */
export const stdinQuestion = (
  commandId: string,
  body: z.output<typeof WriteStdin>,
): AgentQuestion<z.output<typeof StdinState>> => {
  const { method, answer } = commandControlApi.writeStdin;
  const path = pathOf(commandControlApi.writeStdin, commandId);
  return { method, path, body, answer, repeatable: body.offset !== undefined };
};

/** A signal. Two are not the same as one. */
export const signalQuestion = (commandId: string, body: z.output<typeof SendSignal>): AgentQuestion<CommandInfo> => {
  const { method, answer } = commandControlApi.signalCommand;
  return { method, path: pathOf(commandControlApi.signalCommand, commandId), body, answer, repeatable: false };
};

/** The size of its terminal. */
export const resizeQuestion = (commandId: string, body: TerminalSize): AgentQuestion<TerminalSize> => {
  const { method, answer } = commandControlApi.resizeCommand;
  return { method, path: pathOf(commandControlApi.resizeCommand, commandId), body, answer, repeatable: true };
};

import { CommandList, type commandControlApi } from '../../../contract/agent/command-control.ts';
import { ListCommands, SendSignal, WriteStdin } from '../../../contract/api/commands/command-control.ts';
import { TerminalSize } from '../../../contract/api/commands/command-input.ts';
import type { Handler } from './handler.ts';
import { parse } from './parse.ts';
import { readBody } from './read-body.ts';
import { respondJson } from './respond.ts';

/** What can be done with commands beside starting and following them. */
export const commandControlHandlers: Record<keyof typeof commandControlApi, Handler> = {
  listCommands: async ({ stream, query }, { commands }) => {
    respondJson(stream, 200, parse(CommandList, commands.list(parse(ListCommands, query))));
  },
  getCommand: async ({ stream, commandId }, { commands }) => {
    const { info } = await commands.get(commandId);
    respondJson(stream, 200, info);
  },
  writeStdin: async ({ stream, commandId }, { commands }) => {
    const written = parse(WriteStdin, await readBody(stream));
    respondJson(stream, 200, (await commands.get(commandId)).writeStdin(written));
  },
  signalCommand: async ({ stream, commandId }, { commands }) => {
    const signal = parse(SendSignal, await readBody(stream));
    const command = await commands.get(commandId);
    command.signal(signal);
    respondJson(stream, 200, command.info);
  },
  resizeCommand: async ({ stream, commandId }, { commands }) => {
    const size = parse(TerminalSize, await readBody(stream));
    (await commands.get(commandId)).resize(size);
    respondJson(stream, 200, size);
  },
};

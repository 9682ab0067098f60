import type * as z from 'zod';
import type { AgentQuestion, ChannelTarget } from '../agent/channel-ports.ts';
import { type FileCall, type FilePorts, notePath, reachFiles } from './reach-files.ts';

type Named = Parameters<typeof notePath>[1];

/** Asks the agent about a file and answers with what it says, as the row of its own API has it. */
export function askFiles<Answer extends z.ZodType>(
  ports: FilePorts,
  call: FileCall,
  { about, ...question }: { readonly about: Named } & AgentQuestion<z.output<Answer>>,
): Promise<z.output<Answer>> {
  notePath(call, about);
  return reachFiles(ports, call, (target: ChannelTarget) => ports.channel.ask(target, question, call.signal));
}

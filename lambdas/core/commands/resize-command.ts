import type { Answer, Call } from '../operation.ts';
import { type AskPorts, askCommand } from './agent/ask-command.ts';
import { resizeQuestion } from './agent/command-questions.ts';

/** Sets the size of a command's terminal; throws `conflict` where it has none. */
export async function resizeCommand(ports: AskPorts, call: Call<'resizeCommand'>): Promise<Answer<'resizeCommand'>> {
  return { status: 200, body: await askCommand(ports, call, resizeQuestion(call.params.command_id, call.body)) };
}

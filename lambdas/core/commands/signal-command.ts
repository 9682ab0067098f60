import type { Answer, Call } from '../operation.ts';
import { type AskPorts, askCommand } from './agent/ask-command.ts';
import { signalQuestion } from './agent/command-questions.ts';

/** Sends a signal to a command and all it has started. */
export async function signalCommand(ports: AskPorts, call: Call<'signalCommand'>): Promise<Answer<'signalCommand'>> {
  call.note({ signal: call.body.signal });
  return { status: 200, body: await askCommand(ports, call, signalQuestion(call.params.command_id, call.body)) };
}

import type { Answer, Call } from '../operation.ts';
import { type AskPorts, askCommand } from './agent/ask-command.ts';
import { stdinQuestion } from './agent/command-questions.ts';

/**
 * Writes to a command's standard input, and answers how much of it has been taken so far. Throws `conflict` for bytes that don't follow on,
 * or after its end, and `rate_limited` while the command doesn't read.
 */
export async function writeStdin(ports: AskPorts, call: Call<'writeStdin'>): Promise<Answer<'writeStdin'>> {
  return { status: 200, body: await askCommand(ports, call, stdinQuestion(call.params.command_id, call.body)) };
}

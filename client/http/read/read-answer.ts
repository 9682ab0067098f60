import type * as z from 'zod';
import { ErrorBody } from '../../../contract/api/error-body.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { errorAnswer } from '../error-answer.ts';
import type { Answer } from '../send/attempt.ts';

const maxAnswerBytes = 32 * 1024 * 1024;

/** The whole body: parsed where it is JSON, else its text. Throws `bad_answer` above 32 MB. */
export async function readBody(answer: Answer): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of answer.chunks) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes)
      throw new SandboxError('bad_answer', `an answer is longer than ${maxAnswerBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  text += decoder.decode();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `value` as the schema has it. Throws `bad_answer` that names what is wrong. */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SandboxError('bad_answer', `${what} is not as agreed: ${issue?.path.join('.')}: ${issue?.message}`, {
    cause: parsed.error,
  });
}

/** The body by the schema of its status. Throws the error it carries, or `bad_answer`. */
export async function readAnswer(answers: Readonly<Record<number, z.ZodType>>, answer: Answer): Promise<unknown> {
  const { status, headers } = answer;
  const body = await readBody(answer);
  const schema = answers[status];
  // Health answers 503 in two forms: its report, and an error when the service can't even report.
  if (!schema || (status >= 400 && ErrorBody.safeParse(body).success)) throw errorAnswer(status, headers, body);
  return parseAnswer(schema, body, `the answer with status ${status}`);
}

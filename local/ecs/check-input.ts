import type { ZodType } from 'zod';
import { AwsError } from '../aws/aws-error.ts';

/** The input as the schema gives it; otherwise throws InvalidParameterException naming the field and its rule. */
export function checkInput<T>(schema: ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AwsError('InvalidParameterException', `${issue?.path.join('.') || 'input'}: ${issue?.message}`);
}

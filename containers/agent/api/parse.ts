import type * as z from 'zod';
import { AgentError } from '../../../contract/agent/errors.ts';

/**
 * Input as its schema has it. Throws `invalid_request` that names the first field at fault and its rule, and its value
 * where that can't be a secret: what is in `env` and `stdin` is never shown.
 */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'body';
  const rule = issue?.message ?? 'expected something else';
  const value = isSecret(field) ? undefined : jsonText(valueAt(input, issue?.path ?? []))?.slice(0, 100);
  throw new AgentError('invalid_request', `${field}: ${rule}`, {
    details: { field, rule, ...(value !== undefined && { value }) },
    cause: parsed.error,
  });
}

const isSecret = (field: string): boolean => /^(body$|env\b|stdin\b)/.test(field);

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at && typeof at === 'object' ? Reflect.get(at, key) : undefined), input);

/** A value as JSON; undefined for one that is none, or nests too deep to be written. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

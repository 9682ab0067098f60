import { z } from 'zod';
import { conditionOperators } from './conditions.ts';

const oneOrMore = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1)]).transform((given) => (Array.isArray(given) ? given : [given]) as z.output<T>[]);

const conditionValue = z.union([z.string(), z.boolean(), z.number()]).transform(String);

const operator = z.string().refine((name) => conditionOperators.has(name.replace(/IfExists$/, '')), {
  error: ({ input }) =>
    `the condition ${input} is unknown, expected one of ${[...conditionOperators.keys()].join(', ')}`,
});

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore(z.string().regex(/^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, 'expected service:Action or *')),
  Resource: oneOrMore(z.string().regex(/^(\*|arn:)/, 'expected an ARN or *')),
  Condition: z.record(operator, z.record(z.string(), oneOrMore(conditionValue))).default({}),
});

const policyDocument = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: oneOrMore(statement).refine((all) => all.length > 0, 'expected a statement'),
});

/** A policy of an identity or a session, in the elements this stand-in enforces. Any other element is refused, not ignored. */
export type PolicyDocument = z.output<typeof policyDocument>;
export type Statement = PolicyDocument['Statement'][number];

/** Reads a policy; a string says what is wrong with it. */
export function parsePolicy(json: string): PolicyDocument | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'The policy is not in the valid JSON format.';
  }
  const parsed = policyDocument.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.') || 'the policy'}: ${issue?.message}`;
}

import type * as z from 'zod';
import { type ErrorDetails, SandboxError } from '../../../contract/api/errors.ts';
import { knownFields } from './known-fields.ts';
import { nearest } from './nearest.ts';

const longestValue = 100;
// What callers put into these is theirs alone: an answer or a log that repeats it would spread it.
const secret = new Set(['env', 'stdin', 'data', 'command', 'argv', 'on_ready', 'git']);

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );

function shown(input: unknown, path: readonly PropertyKey[]): string | undefined {
  if (path.some((part) => secret.has(String(part)))) return undefined;
  const value = at(input, path);
  if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
  return String(value).slice(0, longestValue);
}

/** What the field accepts, out of zod's message, which ends in it. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return [...new Set(issue.errors.flat().map(ruleOf))].join(', or ');
  if (issue.code === 'invalid_key') return issue.issues.map(ruleOf).join(', ');
  const from = issue.message.indexOf('expected');
  return (from < 0 ? issue.message : issue.message.slice(from)).replace(/, received \w+$/, '');
}

/** Of a union what is wrong with the option that was meant: one whose fault lies in a field, not in what the value is. */
function meantBy(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find(({ path }) => path.length > 0) : undefined;
  return inner === undefined ? issue : meantBy({ ...inner, path: [...issue.path, ...inner.path] });
}

type Fault = ErrorDetails & { readonly field: string; readonly rule: string };

/** Its value stays unsaid: under a mistyped name it may be what is secret under the right one. */
function unknownFault(schema: z.ZodType, { path, keys: [name = ''] }: z.core.$ZodIssueUnrecognizedKeys): Fault {
  const known = knownFields(schema, path);
  const near = nearest(name, known);
  const rule = known.length === 0 ? 'expected no fields' : `expected only ${known.join(', ')}`;
  return { field: [...path, name].map(String).join('.'), rule, ...(near === undefined ? {} : { nearest: near }) };
}

function faultOf(schema: z.ZodType, issue: z.core.$ZodIssue, input: unknown): Fault {
  if (issue.code === 'unrecognized_keys') return unknownFault(schema, issue);
  const value = shown(input, issue.path);
  return { field: issue.path.map(String).join('.'), rule: ruleOf(issue), ...(value === undefined ? {} : { value }) };
}

/** The first thing that is wrong with a part of a request, as its caller named it. `prefix`: what comes before its fields. */
export function inputError(schema: z.ZodType, error: z.ZodError, input: unknown, prefix = ''): SandboxError {
  const issue = error.issues[0] && meantBy(error.issues[0]);
  if (issue === undefined) return new SandboxError('invalid_request', 'the request is wrong', { cause: error });
  const fault = faultOf(schema, issue, input);
  const field = `${prefix}${fault.field}` || 'body';
  const isMissing = issue.code === 'invalid_type' && at(input, issue.path) === undefined;
  const known =
    issue.code === 'unrecognized_keys' ? `unknown field ${field}` : `${field} is ${isMissing ? 'missing' : 'wrong'}`;
  const value = fault.value === undefined ? '' : ` (${JSON.stringify(fault.value)})`;
  const hint = fault.nearest === undefined ? fault.rule : `did you mean ${prefix}${fault.nearest}?`;
  return new SandboxError('invalid_request', `${known}${value}: ${hint}`, { details: { ...fault, field } });
}

import { matchesPattern } from './matches-pattern.ts';

/** What a condition may ask about: `s3:prefix`, `aws:PrincipalTag/user`. Names without regard to case, one value each. */
export type Context = ReadonlyMap<string, string>;

type Test = (actual: string, expected: string, context: Context) => boolean;

interface Operator {
  readonly test: Test;
  /** Whether it says that no value fits, and so holds where the key is missing. */
  readonly negated: boolean;
}

const equals: Test = (actual, expected, context) => matchesPattern(actual, expected, context, { wildcards: false });
const like: Test = (actual, expected, context) => matchesPattern(actual, expected, context);
const ignoringCase: Test = (actual, expected, context) => equals(actual.toLowerCase(), expected.toLowerCase(), context);

const is = (test: Test): Operator => ({ test, negated: false });
const isNot = (test: Test): Operator => ({ test, negated: true });

export const conditionOperators: ReadonlyMap<string, Operator | 'Null'> = new Map<string, Operator | 'Null'>([
  ['StringEquals', is(equals)],
  ['StringNotEquals', isNot(equals)],
  ['StringEqualsIgnoreCase', is(ignoringCase)],
  ['StringLike', is(like)],
  ['StringNotLike', isNot(like)],
  ['ArnEquals', is(like)],
  ['ArnLike', is(like)],
  ['ArnNotLike', isNot(like)],
  ['Bool', is(ignoringCase)],
  ['Null', 'Null'],
]);

export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether all of a statement's conditions hold: of each key's values any one, of a negated operator's none. */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([name, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(name, values, context.get(key.toLowerCase()), context)),
  );
}

function holds(name: string, values: readonly string[], actual: string | undefined, context: Context): boolean {
  const operator = conditionOperators.get(name.replace(/IfExists$/, ''));
  if (operator === undefined) return false;
  if (operator === 'Null') return values.some((value) => (value === 'true') === (actual === undefined));
  if (actual === undefined) return operator.negated || name.endsWith('IfExists');
  const fits = values.some((value) => operator.test(actual, value, context));
  return fits !== operator.negated;
}

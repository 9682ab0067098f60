import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAllowed } from '../../../../local/policy/is-allowed.ts';
import { matchesPattern } from '../../../../local/policy/matches-pattern.ts';
import { type PolicyDocument, parsePolicy } from '../../../../local/policy/policy-document.ts';

function policy(...Statement: object[]): PolicyDocument {
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const get = (resource: string, context: Record<string, string> = {}) => ({
  action: 's3:GetObject',
  resource,
  context: new Map(Object.entries(context)),
});
const allow = (more: object) => policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });

test('nothing is allowed that no policy allows, and one denial is enough', () => {
  expect(isAllowed([], get('a'))).toBe(false);
  expect(isAllowed([allow({ Action: 's3:PutObject' })], get('a'))).toBe(false);
  expect(isAllowed([allow({})], get('a'))).toBe(true);
  expect(isAllowed([allow({}), allow({ Action: 's3:PutObject' })], get('a'))).toBe(false);
  const denied = policy(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'S3:get*', Resource: 'arn:b' },
  );
  expect(isAllowed([denied], get('arn:b'))).toBe(false);
  expect(isAllowed([denied], get('arn:c'))).toBe(true);
});

test.each([
  ['StringEquals', 'users/ann/', { 's3:prefix': 'users/ann/' }, true],
  ['StringEquals', 'users/*', { 's3:prefix': 'users/ann/' }, false],
  ['StringLike', 'users/*', { 's3:prefix': 'users/ann/' }, true],
  ['StringLike', 'users/*', {}, false],
  ['StringLikeIfExists', 'users/*', {}, true],
  ['StringNotEquals', 'users/ann/', { 's3:prefix': 'users/bob/' }, true],
  ['StringNotEquals', 'users/ann/', {}, true],
  ['StringNotLike', 'users/*', { 's3:prefix': 'users/bob/' }, false],
  ['Null', 'true', {}, true],
  ['Null', 'true', { 's3:prefix': '' }, false],
])('%s %s holds for %o: %s', (operator, value, context, holds) => {
  const guarded = allow({ Condition: { [operator]: { 's3:prefix': value } } });
  expect(isAllowed([guarded], get('a', context as Record<string, string>))).toBe(holds);
});

test('any one of a condition’s values is enough, for a negated one all have to fit', () => {
  const either = allow({ Condition: { StringEquals: { 's3:prefix': ['a', 'b'] } } });
  const neither = allow({ Condition: { StringNotEquals: { 's3:prefix': ['a', 'b'] } } });
  for (const [prefix, isEither] of [
    ['a', true],
    ['b', true],
    ['c', false],
  ] as const) {
    expect(isAllowed([either], get('x', { 's3:prefix': prefix }))).toBe(isEither);
    expect(isAllowed([neither], get('x', { 's3:prefix': prefix }))).toBe(!isEither);
  }
});

test('a text is its own pattern, if it has no wildcard, and nothing else’s', () => {
  const literal = fc.string().filter((text) => !/[*?$]/.test(text));
  fc.assert(
    fc.property(literal, literal, (one, other) => {
      expect(matchesPattern(one, other, new Map())).toBe(one === other);
      expect(matchesPattern(`${one}/${other}`, `${one}/*`, new Map())).toBe(true);
    }),
  );
});

test('the value of a key is taken as it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, other) => {
      const context = new Map([['aws:principaltag/user', value]]);
      const pattern = `users/\${aws:PrincipalTag/user}/`;
      expect(matchesPattern(`users/${other}/`, pattern, context)).toBe(value === other);
    }),
  );
  expect(matchesPattern('users//', `users/\${aws:PrincipalTag/user}/`, new Map())).toBe(false);
  expect(matchesPattern('a*b', `a\${*}b`, new Map())).toBe(true);
});

test.each([
  ['{', /JSON/],
  ['{"Version":"2008-10-17","Statement":[]}', /Version/],
  ['{"Version":"2012-10-17","Statement":[]}', /Statement/],
  ['{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"get","Resource":"*"}}', /Action/],
  ['{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"x"}}', /Resource/],
  ['{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}', /Statement/],
  [
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLess":{}}}}',
    /Statement/,
  ],
])('fails to read %s', (json, message) => {
  expect(parsePolicy(json)).toMatch(message);
});

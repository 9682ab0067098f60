import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Door, doors } from '../../contract/api/doors.ts';
import { deployedRoutes } from '../../lib/api/paths.ts';
import { resourcePolicy } from '../../lib/api/resource-policy.ts';
import { readConfig } from '../../lib/config/read-config.ts';
import { isAdmitted, matches, type PolicyDocument, type Request } from '../support/deployment/resource-policy.ts';
import { required } from '../support/deployment/synth.ts';

const taskRole = 'arn:aws:iam::111122223333:role/matrx-task';
const [inside, outside, aTask] = ['203.0.113.9', '198.51.100.7', '192.0.2.44'];

const policyFor = (settings: object = {}): PolicyDocument =>
  resourcePolicy(readConfig({ ...required, ...settings }), taskRole).toJSON();
const policy = policyFor();

const service = { arn: 'arn:aws:iam::111122223333:role/backend', sameAccount: true, allowedByOwnPolicy: true };
const unentitled = { ...service, allowedByOwnPolicy: false };
const stranger = { arn: 'arn:aws:iam::999988887777:role/curious', sameAccount: false, allowedByOwnPolicy: true };
const agent = { arn: taskRole, sameAccount: true, allowedByOwnPolicy: true };
const agentElsewhere = { ...agent, allowedByOwnPolicy: false };

/** Every route of a door, as a request from an address. */
const requestsTo = (door: Door, from: string, who: Partial<Request> = {}): Request[] =>
  deployedRoutes
    .filter((route) => route.door === door)
    .map(({ row, path }) => ({
      path: `${row.method}${path.replaceAll(/\{\w+\}/g, `sbx_${'0'.repeat(26)}`)}`,
      authorization: doors[door].authorization,
      sourceIp: from,
      ...who,
    }));

const admitted = (requests: Request[], by = policy) => requests.filter((request) => isAdmitted(by, request));

test('C3: a caller inside the ranges gets in with what its door asks for', () => {
  for (const requests of [
    requestsTo('open', inside),
    requestsTo('person', inside, { tokenIsValid: true }),
    requestsTo('service', inside, { principal: service }),
  ]) {
    expect(requests.length).toBeGreaterThan(0);
    expect(admitted(requests)).toEqual(requests);
  }
});

test.each(['open', 'person', 'service'] as const)(
  'C3: nobody outside the ranges gets to the door %s, whatever he has',
  (door) => {
    expect(admitted(requestsTo(door, outside, { tokenIsValid: true, principal: service }))).toEqual([]);
    expect(admitted(requestsTo(door, outside, { principal: agent }))).toEqual([]);
  },
);

test('fails when a token is missing, also inside the ranges', () => {
  expect(admitted(requestsTo('person', inside, { tokenIsValid: false }))).toEqual([]);
});

test('fails when a role of the account has no permission of its own, also inside the ranges', () => {
  expect(admitted(requestsTo('service', inside, { principal: unentitled }))).toEqual([]);
});

test.each(['service', 'agent'] as const)('fails when another account signs for the door %s, from anywhere', (door) => {
  for (const from of [inside, outside]) expect(admitted(requestsTo(door, from, { principal: stranger }))).toEqual([]);
});

test('the task role gets to the agent’s door from any address, and nobody else does', () => {
  for (const from of [inside, outside, aTask]) {
    const requests = requestsTo('agent', from, { principal: agent });
    expect(requests.length).toBeGreaterThan(0);
    expect(admitted(requests)).toEqual(requests);
    expect(admitted(requestsTo('agent', from, { principal: service }))).toEqual([]);
    expect(admitted(requestsTo('agent', from))).toEqual([]);
  }
});

test('the task role gets to no other door', () => {
  for (const from of [inside, outside, aTask]) {
    expect(admitted(requestsTo('service', from, { principal: agentElsewhere }))).toEqual([]);
    expect(admitted(requestsTo('person', from, { principal: agentElsewhere }))).toEqual([]);
  }
});

test('C3: open ingress opens the callers’ doors, and still not the agent’s', () => {
  const open = policyFor({ ingressCidrs: [], allowPublicIngress: true });
  const requests = requestsTo('person', outside, { tokenIsValid: true });
  expect(admitted(requests, open)).toEqual(requests);
  expect(admitted(requestsTo('service', outside, { principal: unentitled }), open)).toEqual([]);
  expect(admitted(requestsTo('service', outside, { principal: stranger }), open)).toEqual([]);
  expect(admitted(requestsTo('agent', outside, { principal: service }), open)).toEqual([]);
});

test('a preflight gets through from inside the ranges where web pages may call', () => {
  const preflight: Request = { path: 'OPTIONS/v1/sandboxes', authorization: 'NONE', sourceIp: inside };
  const withPages = policyFor({ corsOrigins: ['https://app.example.com'] });
  expect(isAdmitted(withPages, preflight)).toBe(true);
  expect(isAdmitted(withPages, { ...preflight, sourceIp: outside })).toBe(false);
  expect(isAdmitted(policy, preflight)).toBe(false);
});

test('the policy fits what API Gateway takes, with as many ranges as there can be', () => {
  const ingressCidrs = Array.from(
    { length: 100 },
    (_, index) => `2001:db8:1234:5678:9abc:def0:1234:${index.toString(16)}00/120`,
  );
  expect(JSON.stringify(policyFor({ ingressCidrs })).length).toBeLessThan(8_192);
});

/** The policy that docs/operations.md gives to a service: the methods that it allows, and those of them that it denies. */
function servicePolicy() {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const [text = ''] = [...page.matchAll(/```json\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block.includes('execute-api:Invoke') ? [block] : [],
  );
  const { Statement } = JSON.parse(text) as { Statement: { Effect: string; Resource: string | string[] }[] };
  const named = (effect: string) =>
    Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Resource }) => Resource);
  return (path: string): boolean => {
    const arn = `arn:aws:execute-api:REGION:ACCOUNT:API_ID/api/${path}`;
    const isNamed = (effect: string) => named(effect).some((pattern) => matches(pattern, arn));
    return isNamed('Allow') && !isNamed('Deny');
  };
}

test('the policy that a service is told to have opens every route of its door but an operator’s, and no other door', () => {
  const allows = servicePolicy();
  for (const { door, row, path } of deployedRoutes) {
    const call = `${row.method}${path.replaceAll(/\{\w+\}/g, 'ada')}`;
    expect([call, allows(call)]).toEqual([call, door === 'service' && !row.path.startsWith('/admin/')]);
  }
});

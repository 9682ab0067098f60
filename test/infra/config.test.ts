import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftAsShipped } from '../../bin/deploy/left-as-shipped.ts';
import { DeployConfigError, readConfig } from '../../lib/config/read-config.ts';
import { required } from '../support/deployment/synth.ts';

function faultsOf(settings: unknown): readonly string[] {
  try {
    readConfig(settings);
  } catch (error) {
    if (error instanceof DeployConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('L8: everything that is wrong is said at once, with key, value and rule', () => {
  const faults = faultsOf({
    name: 'Prod',
    ingressCidrs: ['10.0.0.1/99'],
    network: 'vpn',
    reservedConcurrency: { query: 0 },
    logRetentionDays: 31,
    regoin: 'eu-west-1',
  });
  expect(faults).toHaveLength(7);
  expect(faults).toContain('matrx.regoin: no such setting');
  expect(faults).toContain(
    'matrx.ingressCidrs.0 is "10.0.0.1/99": expected a range, as in 203.0.113.0/24 or 2001:db8::/32',
  );
  for (const key of ['name', 'network', 'reservedConcurrency.query', 'logRetentionDays', 'bucketName']) {
    expect(faults.filter((fault) => fault.startsWith(`matrx.${key} is `))).toHaveLength(1);
  }
});

test.each([
  [{ ...required, ingressCidrs: [] }],
  [{ bucketName: required.bucketName }],
  [{ ...required, ingressCidrs: ['0.0.0.0/0'] }],
  [{ ...required, ingressCidrs: ['::/0'] }],
  [{ ...required, ingressCidrs: ['0.0.0.0/1', '128.0.0.0/1'] }],
  [{ ...required, allowPublicIngress: true }],
])('C3: fails when the API would be open, or closed, without being asked to be: %j', (settings) => {
  expect(faultsOf(settings)).not.toEqual([]);
});

test('C3: the API is open to everybody only by that name', () => {
  expect(faultsOf({ bucketName: required.bucketName, allowPublicIngress: true })).toEqual([]);
});

test.each([
  '',
  'ab',
  'Upper-case',
  'under_score',
  '-dash',
  'dot.dot',
  '10.0.0.1',
  'xn--bucket',
  'a'.repeat(64),
  'x-s3alias',
])('M3: fails when the bucket is named "%s", which S3 would refuse', (bucketName) => {
  expect(faultsOf({ ...required, bucketName })).toEqual([
    expect.stringContaining(`matrx.bucketName is "${bucketName}`),
  ]);
});

const pool = (template: string, size: string, count: number) => ({ template, size, count });

// What nothing but the deployment would find out, half-way, or nobody ever.
test.each<[string, object, string]>([
  ['name', { name: 'my-aws' }, 'Cognito'],
  ['name', { name: 'matrx-' }, 'the first a letter'],
  ['name', { name: 'a--b' }, 'the first a letter'],
  ['ingressCidrs.0', { ingressCidrs: ['10.0.0.0/8'] }, 'public addresses'],
  ['ingressCidrs.0', { ingressCidrs: ['fd00::/16'] }, 'public addresses'],
  ['templates.1st', { templates: { base: { description: 'a' }, '1st': { description: 'b' } } }, 'parameter'],
  ['templates.Base', { templates: { base: { description: 'a' }, Base: { description: 'b' } } }, 'lower-case'],
  [
    'templates',
    { templates: { base: { description: 'a' }, 'b-1': { description: 'b' }, b1: { description: 'c' } } },
    'names that differ',
  ],
  ['templates', { templates: { minimal: { description: 'a' } } }, 'named base'],
  ['pool', { pool: [pool('nope', 's', 1)] }, 'among matrx.templates'],
  ['pool', { pool: [pool('constructor', 's', 1)] }, 'among matrx.templates'],
  ['pool', { pool: [pool('base', 's', 60), pool('base', 'm', 60)] }, 'at most 100'],
  ['pool', { pool: [pool('base', 's', 1), pool('base', 's', 2)] }, 'once'],
  ['corsOrigins.0', { corsOrigins: ['*'] }, 'an origin'],
  ['corsOrigins.0', { corsOrigins: ['https://app.example.com/'] }, 'an origin'],
  ['callbackUrls.0', { callbackUrls: ['http://app.example.com/back'] }, 'Cognito'],
  ['callbackUrls.0', { callbackUrls: ['https://app.example.com/#back'] }, 'Cognito'],
  ['auditRetentionDays', { logRetentionDays: 400, auditRetentionDays: 30 }, 'at least logRetentionDays'],
])('L8: fails when %s is wrong in a way of its own: %j', (key, settings, rule) => {
  expect(faultsOf({ ...required, ...settings })).toEqual([
    expect.stringMatching(new RegExp(`^matrx\\.${key}( is|:) .*${rule}`)),
  ]);
});

test.each([
  [{ callbackUrls: ['https://app.example.com/back', 'http://127.0.0.1:8400/', 'myapp://signed-in'] }],
  [{ corsOrigins: ['https://app.example.com', 'http://localhost:5173'] }],
  [
    {
      templates: { base: { description: 'a' }, 'my-tools-2': { description: 'b' } },
      pool: [pool('my-tools-2', 's', 1)],
    },
  ],
])('what AWS takes is taken: %j', (settings) => {
  expect(faultsOf({ ...required, ...settings })).toEqual([]);
});

test('C3: the example that cdk.json is shipped with is checked, and not deployed', () => {
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'));
  expect(faultsOf(context.matrx)).toEqual([]);
  expect(leftAsShipped(readConfig(context.matrx))).toHaveLength(2);
  expect(leftAsShipped(readConfig({ ingressCidrs: ['198.51.100.0/25'], bucketName: 'example-matrx' }))).toEqual([]);
});

test('C8: settings are checked before anything is made, and their faults come together', () => {
  expect(() => readConfig({ bucketName: 'No', network: 'x' })).toThrow(
    /^matrx in cdk.json is wrong:\n {2}.*\n {2}.*\n {2}.*$/,
  );
});

test('M3: the bucket has no default name', () => {
  expect(faultsOf({ ingressCidrs: required.ingressCidrs })).toEqual([
    expect.stringMatching(/^matrx.bucketName is missing/),
  ]);
});

test('settings that came as text are read as JSON', () => {
  expect(readConfig(JSON.stringify(required))).toEqual(readConfig(required));
  expect(faultsOf('{')).toEqual(['matrx is "{": expected JSON']);
  expect(faultsOf([])).not.toEqual([]);
});

test('the examples of docs/operations.md are settings that are right', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const examples = [...page.matchAll(/```jsonc\n(.*?)```/gs)].map(([, text = '']) =>
    text.replaceAll(/^\s*\/\/.*$/gm, ''),
  );
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    const { matrx } = JSON.parse(example) as { matrx: unknown };
    expect(faultsOf(matrx)).toEqual([]);
  }
});

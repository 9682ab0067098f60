import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

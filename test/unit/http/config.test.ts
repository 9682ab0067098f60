import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../../lambdas/config.ts';

const right = {
  MATRX_TABLE: 'matrx',
  MATRX_CLUSTER: 'matrx',
  MATRX_TEMPLATES: JSON.stringify({ base: { task_definition: 'base:1', description: '', image_digest: null } }),
  MATRX_SUBNETS: 'subnet-1, subnet-2',
  MATRX_SECURITY_GROUPS: 'sg-1',
  MATRX_BUCKET: 'matrx-homes',
};

test('the settings of a function are parsed, and what may be left out has its default', () => {
  expect(readConfig('lifecycle', right)).toMatchObject({
    MATRX_SUBNETS: ['subnet-1', 'subnet-2'],
    MATRX_QUOTAS: { live_sandboxes_per_user: 20, max_ttl_seconds: 86_400 },
    MATRX_TEMPLATES: { base: { task_definition: 'base:1' } },
  });
  const role = readConfig('agent', {
    ...right,
    MATRX_TASK_ROLE: '000000000000/AROAEXAMPLE',
    MATRX_STORAGE_ROLE: 'arn:aws:iam::000000000000:role/homes',
  });
  expect(role.MATRX_TASK_ROLE).toEqual({ accountId: '000000000000', roleId: 'AROAEXAMPLE' });
});

test('L8: everything that is wrong is said at once, with key, value and rule', () => {
  const wrong = { ...right, MATRX_TABLE: undefined, MATRX_SUBNETS: 'x y', MATRX_QUOTAS: '{', MATRX_CLOCK: 'fast' };
  const read = () => readConfig('lifecycle', wrong);
  expect(read).toThrow(ConfigError);
  try {
    read();
  } catch (error) {
    const { faults } = error as ConfigError;
    expect(faults).toHaveLength(4);
    expect(faults[0]).toMatch(/^MATRX_TABLE is missing/);
    expect(faults[1]).toBe('MATRX_SUBNETS.0 is "x y": expected ids like subnet-0a1b, with commas');
    expect(faults[2]).toBe('MATRX_QUOTAS is "{": expected JSON');
    expect(faults[3]).toMatch(/^MATRX_CLOCK is "fast"/);
  }
});

test('a function reads only the settings that are its own', () => {
  expect(Object.keys(readConfig('commands', { ...right, MATRX_PLACEMENT: '{' })).sort()).toEqual([
    'MATRX_BUCKET',
    'MATRX_CLIENT_CHANNELS',
    'MATRX_CLUSTER',
    'MATRX_CORS_ORIGINS',
    'MATRX_HOMES',
    'MATRX_NAME',
    'MATRX_QUOTAS',
    'MATRX_ROOT_COMMANDS',
    'MATRX_TABLE',
    'clock',
    'version',
  ]);
});

import { expect, test } from 'vitest';
import { isolationFaults } from '../../../containers/agent/check/isolation-faults.ts';

const good = {
  Uid: '1000 1000 1000 1000',
  Gid: '1000 1000 1000 1000',
  Groups: '10007',
  NoNewPrivs: '1',
  ...Object.fromEntries(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => [set, '0000000000000000'])),
};
const expected = { uid: 1000, gid: 1000, mark: 10_007 };
const seen = (changes: object, more: object = {}) => ({
  status: new Map(Object.entries({ ...good, ...changes })),
  variables: ['HOME', 'PATH'],
  seesSocket: false,
  ...more,
});

test('a command that has nothing it may not have is isolated', () => {
  expect(isolationFaults(seen({}), expected)).toEqual([]);
});

test.for([
  ['root in the real user id', { Uid: '0 1000 1000 1000' }, 'Uid'],
  ['a group more', { Groups: '10007 20' }, 'Groups'],
  ['a way to new privileges', { NoNewPrivs: '0' }, 'NoNewPrivs'],
  ['a bounding set that setpriv could not empty', { CapBnd: '00000000000000c0' }, 'CapBnd'],
  ['an ambient capability', { CapAmb: '0000000000000080' }, 'CapAmb'],
] as const)('H8: %s is a fault', ([, changes, field]) => {
  expect(isolationFaults(seen(changes), expected).join()).toContain(field);
});

test('a field that is not there is a fault', () => {
  expect(isolationFaults({ ...seen({}), status: new Map() }, expected)).toHaveLength(9);
});

test('a pointer to credentials and a socket in sight are faults', () => {
  expect(isolationFaults(seen({}, { variables: ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] }), expected)).toHaveLength(
    1,
  );
  expect(isolationFaults(seen({}, { seesSocket: true }), expected)).toHaveLength(1);
});

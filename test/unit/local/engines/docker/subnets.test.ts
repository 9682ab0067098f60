import { expect, test } from 'vitest';
import { halvesOf } from '../../../../../local/engines/docker/public-network.ts';

test.each([
  ['172.18.0.0/16', ['172.18.0.0/17', '172.18.128.0/17']],
  ['192.168.16.0/20', ['192.168.16.0/21', '192.168.24.0/21']],
  ['10.1.2.0/24', ['10.1.2.0/25', '10.1.2.128/25']],
  ['10.0.0.0/8', ['10.0.0.0/9', '10.128.0.0/9']],
  ['10.9.8.4/30', ['10.9.8.4/31', '10.9.8.6/31']],
])('the halves of %s are the two networks it consists of', (subnet, halves) => {
  expect(halvesOf(subnet)).toEqual(halves);
});

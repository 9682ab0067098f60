import { BlockList, isIPv4, isIPv6 } from 'node:net';

// Two halves of the internet are the internet: whoever wants all of it says so by name.
const widestIpv4 = 8;
const widestIpv6 = 16;

// No caller ever comes from these: API Gateway sees the public address that he leaves his own network by.
const unseen = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  unseen.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  unseen.addSubnet(address, bits, 'ipv6');

/** What is wrong with a range of addresses that callers may come from; undefined when nothing is. */
export function cidrFault(text: string): string | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = /^\d{1,3}$/.test(prefix) && rest.length === 0 ? Number(prefix) : Number.NaN;
  const isV4 = isIPv4(address);
  if (!(isV4 ? bits <= 32 : isIPv6(address) && bits <= 128)) {
    return 'expected a range, as in 203.0.113.0/24 or 2001:db8::/32';
  }
  const widest = isV4 ? widestIpv4 : widestIpv6;
  if (bits < widest)
    return `expected a range of at least /${widest}; allowPublicIngress: true opens the API to everybody`;
  if (unseen.check(address, isV4 ? 'ipv4' : 'ipv6'))
    return 'expected public addresses: those that callers leave their network by';
  return undefined;
}

import { isIPv4, isIPv6 } from 'node:net';

// Two halves of the internet are the internet: whoever wants all of it says so by name.
const widestIpv4 = 8;
const widestIpv6 = 16;

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
  return undefined;
}

import { Buffer } from 'node:buffer';
import { AgentError } from '../../../contract/agent/errors.ts';
import { userPrefix } from '../../../contract/home/keys.ts';
import { coldLimits } from './cold-limits.ts';

const rule = `expected 1-${coldLimits.nameBytes} bytes of UTF-8, parts separated by "/", none of them empty, "." or ".."`;

const refuse = (field: string, value: string): AgentError =>
  new AgentError('invalid_request', `${field}: ${rule}`, { details: { field, value: value.slice(0, 100), rule } });

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const control = /[\u0000-\u001f\u007f]/;

function isName(name: string): boolean {
  if (!name.isWellFormed() || control.test(name) || Buffer.byteLength(name) > coldLimits.nameBytes) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The name of a cold file, as it is. Throws `invalid_request`. */
export function parseColdName(name: string): string {
  if (!isName(name)) throw refuse('name', name);
  return name;
}

/** The beginning of names: empty, a name, or a name and a slash. Throws `invalid_request`. */
export function parseColdPrefix(prefix: string): string {
  const name = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  if (prefix !== '' && !isName(name)) throw refuse('prefix', prefix);
  return prefix;
}

/** Everything cold that is the user's. */
export const coldPrefix = (userId: string): string => `${userPrefix(userId)}cold/`;

const escapeText = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** A key as it stands in the path of a request. */
export const escapeKey = (key: string): string => key.split('/').map(escapeText).join('/');

/** A query as it is signed, with its mark; empty for none. */
export function escapeQuery(query: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => `${escapeText(name)}=${escapeText(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

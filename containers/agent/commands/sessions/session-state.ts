import { Buffer } from 'node:buffer';
import { EnvironmentName } from '../../../../contract/api/identifiers.ts';
import { limits } from '../../../../contract/api/limits.ts';

/** What carries over from one command of a session to the next. */
export interface SessionState {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What one session may take of the agent's memory. Beyond it a session stays as it was. */
export const sessionStateBytes = 128 * 1024;

// What a shell makes anew for each command.
const own = /^(_|SHLVL|PWD|OLDPWD|__matrx_.*)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads what a session's shell has told: its folder and a newline, then `NAME=value` entries, each part ended by a NUL, and one
 * NUL more. The last whole telling counts. Undefined for whatever is not that: the command wrote it.
 */
export function parseSessionState(told: Buffer): SessionState | undefined {
  const text = told.toString('latin1');
  if (!text.endsWith('\0\0')) return undefined;
  const last = text.slice(0, -2).split('\0\0').at(-1) ?? '';
  const [folder = '', ...entries] = last.split('\0');
  const cwd = decode(folder)?.replace(/\n$/, '');
  if (last.length > sessionStateBytes || !cwd?.startsWith('/') || folder.length > limits.pathBytes) return undefined;
  const env: Record<string, string> = {};
  for (const entry of entries) {
    const [name = ''] = entry.split('=', 1);
    const value = decode(entry.slice(name.length + 1));
    // Exported functions have names that no variable has, and stay behind.
    if (value === undefined || own.test(name) || !EnvironmentName.safeParse(name).success) continue;
    env[name] = value;
  }
  return { cwd, env };
}

/** Bytes that were split as Latin-1, as the UTF-8 they are; undefined where they aren't. */
function decode(bytes: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where programs of this user keep what they want to know the next time: `$XDG_STATE_HOME/matrx`, else `~/.local/state/matrx`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env['XDG_STATE_HOME'];
  return join(given && isAbsolute(given) ? given : join(homedir(), '.local/state'), 'matrx');
}

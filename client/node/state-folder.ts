import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Who has no home, as a process under an id of its own in a container, can't write to the root either. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** Where programs of this user keep what they want to know the next time: `$XDG_STATE_HOME/matrx`, else `~/.local/state/matrx`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env['XDG_STATE_HOME'];
  return join(given && isAbsolute(given) ? given : join(home(), '.local/state'), 'matrx');
}

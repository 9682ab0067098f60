import { existsSync, readFileSync } from 'node:fs';
import type { EnvironmentSource } from './environment.ts';

/** What an image wants every command to find, a `NAME=value` a line; `#` begins a comment. Only root can write it. */
const imageEnvironmentFile = '/etc/matrx/environment';

const maxBytes = 64 * 1024;

/** Who somebody is and where, which no image knows. */
const agentsOwn = new Set(['HOME', 'USER', 'LOGNAME', 'SHELL', 'PATH', 'SANDBOX_ID', 'USER_ID', 'HOT_PATH']);

/** An assignment with the image's variables below those of its own. Throws for a file that says something else, with the line. */
export function withImageEnvironment<Source extends EnvironmentSource>(
  source: Source,
  file: string = imageEnvironmentFile,
): Source {
  return { ...source, env: { ...readImageEnvironment(file), ...source.env } };
}

function readImageEnvironment(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const text = readFileSync(file, 'utf8');
  if (text.length > maxBytes) throw new Error(`${file} is larger than ${maxBytes} bytes`);
  const lines = text.split('\n').map((line, index) => ({ line, where: `${file}:${index + 1}` }));
  return Object.fromEntries(
    lines
      .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
      .map(({ line, where }) => entryOf(line, where)),
  );
}

function entryOf(line: string, where: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_]\w*)=([^\0]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`${where} is not NAME=value`);
  if (agentsOwn.has(name)) throw new Error(`${where} sets ${name}, which is the agent's to set`);
  return [name, value];
}

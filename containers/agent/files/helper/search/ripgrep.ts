import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { SearchFiles } from '../../../../../contract/agent/files.ts';
import type { Folder } from '../walk/open-folder.ts';
import { linesWithin } from './lines-within.ts';
import type { Found } from './scan-folder.ts';

/** Where an image has it. */
export const ripgrepPath = '/usr/bin/rg';

// A line of its output holds a line of a file; what is longer is left out.
const maxLineBytes = 1024 * 1024;
const stepMs = 500;

function argumentsOf({ name, text, pattern, ignore_case }: SearchFiles): string[] {
  return [
    '--json',
    '--no-config',
    '--no-ignore',
    '--hidden',
    '--no-messages',
    '--threads=2',
    ...(ignore_case ? ['--ignore-case'] : []),
    ...(name === undefined ? [] : [`--glob=${globOf(name)}`]),
    ...(text === undefined ? [`--regexp=${pattern}`] : ['--fixed-strings', `--regexp=${text}`]),
    '--',
    '.',
  ];
}

// A glob with a slash is held against the path from the folder; one that begins with "!" would mean the opposite.
const globOf = (name: string): string => (name.includes('/') ? `/${name}` : name.replace(/^!/, '\\!'));

/** Lines by ripgrep, in whatever order it finds them; links are not followed. `onStep` is called all the while; it may throw. */
export async function* ripgrep(
  input: SearchFiles,
  folder: Folder,
  onStep: () => void,
  program = ripgrepPath,
): AsyncGenerator<Found> {
  const cwd = `/proc/self/fd/${folder.fd}`;
  const child = spawn(program, argumentsOf(input), { cwd, env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
  using cleanUp = new DisposableStack();
  cleanUp.defer(() => void child.kill('SIGKILL'));
  child.once('error', (error) => child.stdout.destroy(error));
  const steps = setInterval(() => tryStep(onStep, child.stdout), stepMs);
  cleanUp.defer(() => clearInterval(steps));
  for await (const line of linesWithin(child.stdout, maxLineBytes)) {
    onStep();
    const found = foundIn(line);
    if (found) yield found;
  }
}

function tryStep(onStep: () => void, output: Readable): void {
  try {
    onStep();
  } catch (error) {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

type Told = { readonly text?: string; readonly bytes?: string };
const bytesOf = ({ text, bytes }: Told): Buffer =>
  text === undefined ? Buffer.from(bytes ?? '', 'base64') : Buffer.from(text);

function foundIn(line: Buffer): Found | undefined {
  const { type, data } = JSON.parse(line.toString()) as {
    type: string;
    data: { path?: Told; lines?: Told; line_number?: number | null };
  };
  if (type !== 'match' || !data.path || !data.lines) return undefined;
  const path = bytesOf(data.path);
  const text = bytesOf(data.lines);
  const end = text.at(-1) === 0x0a ? -1 : undefined;
  return {
    path: path.subarray(path.subarray(0, 2).toString() === './' ? 2 : 0),
    line: data.line_number ?? null,
    text: text.subarray(0, end),
  };
}

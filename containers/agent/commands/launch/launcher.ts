// The way from root to a command. Nothing that a user gives acts before the privileges are gone: programs are named by
// absolute paths, `setpriv` runs with an empty environment (LD_PRELOAD would act in it), and the working directory is
// entered by the user's own process. The environment comes by arguments, which the process table shows for a moment, to the
// same user. Each step replaces the one before it, so the command keeps the first one's pid, unless it has a terminal: then that
// pid is the terminal's, which ends as the command does.

import { posix } from 'node:path';
import type { TerminalSize } from '../../../../contract/api/commands/command-input.ts';
import { type Entry, entryWords } from './enter-program.ts';
import { commandUser } from './environment.ts';
import { processLimit } from './process-limit.ts';
import { terminalWords } from './terminal-program.ts';

/** What runs, with every choice made. */
export interface Launch extends Entry {
  /** The supplementary group that tells this command's processes from all others. */
  readonly mark: number;
  /** `agent` without it. */
  readonly user?: 'agent' | 'root';
  readonly tty?: TerminalSize | undefined;
}

// Root can't give up its mark: without SETGID in its bounding set nothing that it starts can.
const dropped = {
  agent: [`--reuid=${commandUser.uid}`, `--regid=${commandUser.gid}`, '--bounding-set=-all'],
  root: ['--reuid=0', '--regid=0', '--bounding-set=-setgid'],
} as const;

/** The program and arguments that drop every privilege, enter the folder and become the command. */
export function launchArguments(launch: Launch): [file: string, args: string[]] {
  const { mark, user = 'agent', tty } = launch;
  const drop = [...dropped[user], `--groups=${mark}`, '--no-new-privs', '--inh-caps=-all'];
  const terminal = tty === undefined ? [] : terminalWords(tty);
  return ['/usr/bin/setpriv', [...drop, '--', ...terminal, ...entryWords(launch, processLimit())]];
}

/** The arguments for what an order names: a string goes to a login shell, whatever it begins with; arguments are taken as they are. */
export const argumentsOf = (order: { command?: string | undefined; argv?: readonly string[] | undefined }) =>
  order.argv ?? ['/bin/bash', '-lc', '--', order.command ?? ''];

/** Where a command starts; by text alone, since no path of a user is looked at here. */
export const workingDirectory = (home: string, cwd: string | undefined): string => posix.resolve(home, cwd ?? '.');

// The way from root to a command. Nothing that a user gives acts before the privileges are gone: programs are named by
// absolute paths, `setpriv` runs with an empty environment (LD_PRELOAD would act in it), and the working directory is
// entered by the user's own process. `env` takes the environment by its arguments, which the process table shows for the
// moment of its life, to the same user. Each step replaces the one before it, so the command keeps the first one's pid.

import { posix } from 'node:path';
import { commandUser } from './environment.ts';

/** What runs, with every choice made. */
export interface Launch {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The supplementary group that tells this command's processes from all others. */
  readonly mark: number;
}

// `-p` keeps bash from reading BASH_ENV. The kernel takes commands before the agent when memory runs out. A missing
// folder ends with 126 and a program that isn't there with 127, each with a line on stderr, as in a shell.
const enter = `umask 022
{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
cd -- "$1" || exit 126
unset OLDPWD
shift
exec -- "$@"`;

// However many processes a command starts, the agent and the exec agent get their turn to end them.
const giveWay = ['/usr/bin/nice', '-n', '19'];

/** The program and arguments that drop every privilege, enter the folder and become the command. */
export function launchArguments({ argv, cwd, env, mark }: Launch): [file: string, args: string[]] {
  const drop = [
    `--reuid=${commandUser.uid}`,
    `--regid=${commandUser.gid}`,
    `--groups=${mark}`,
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
  ];
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const shell = ['/bin/bash', '-p', '-c', enter, 'matrx', cwd, ...argv];
  return ['/usr/bin/setpriv', [...drop, '--', ...giveWay, '/usr/bin/env', '-i', ...assignments, ...shell]];
}

/** The arguments for what an order names: a string goes to a login shell, arguments are taken as they are. */
export const argumentsOf = (order: { command?: string | undefined; argv?: readonly string[] | undefined }) =>
  order.argv ?? ['/bin/bash', '-lc', order.command ?? ''];

/** Where a command starts; by text alone, since no path of a user is looked at here. */
export const workingDirectory = (home: string, cwd: string | undefined): string => posix.resolve(home, cwd ?? '.');

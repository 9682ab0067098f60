// The way from root to a command. Nothing that a user gives acts before the privileges are gone: programs are named by
// absolute paths, `setpriv` runs with an empty environment (LD_PRELOAD would act in it), and the working directory is
// entered by the user's own process. `env` takes the environment by its arguments, which the process table shows for the
// moment of its life, to the same user. Each step replaces the one before it, so the command keeps the first one's pid,
// unless it has a terminal: then that pid is the terminal's, which ends as the command does.

import { posix } from 'node:path';
import type { TerminalSize } from '../../../../contract/api/commands/command-input.ts';
import { commandUser } from './environment.ts';
import { processLimit } from './process-limit.ts';
import { terminalWords } from './terminal-program.ts';

/** What runs, with every choice made. */
export interface Launch {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The supplementary group that tells this command's processes from all others. */
  readonly mark: number;
  /** `agent` without it. */
  readonly user?: 'agent' | 'root';
  readonly tty?: TerminalSize | undefined;
  /** Whether standard input is a pipe that is written to while the command runs. */
  readonly hasOpenInput?: boolean;
}

// `-p` keeps bash from reading BASH_ENV. The kernel takes commands before the agent when memory runs out. A missing
// folder ends with 126 and a program that isn't there with 127, each with a line on stderr, as in a shell. An open input goes
// through a pipe of the user's own making: whoever opened root's named one by `/dev/stdin` after its end would wait for ever.
// It passes by a number far from those that the command has of the agent.
const enter = `umask 022
{ echo 500 >/proc/self/oom_score_adj; ulimit -u "$1"; } 2>/dev/null
cd -- "$2" || exit 126
unset OLDPWD
if [ "$3" = open ]; then
  exec 201<&0 0< <({ trap '' HUP INT QUIT TERM USR1 USR2 TSTP; exec /bin/cat <&201 201<&-; } &) 201<&-
  wait "$!"
fi
shift 3
exec -- "$@"`;

// However many processes a command starts, the agent and the exec agent get their turn to end them.
const giveWay = ['/usr/bin/nice', '-n', '19'];

// Root can't give up its mark: without SETGID in its bounding set nothing that it starts can.
const dropped = {
  agent: [`--reuid=${commandUser.uid}`, `--regid=${commandUser.gid}`, '--bounding-set=-all'],
  root: ['--reuid=0', '--regid=0', '--bounding-set=-setgid'],
} as const;

/** The program and arguments that drop every privilege, enter the folder and become the command. */
export function launchArguments(launch: Launch): [file: string, args: string[]] {
  const { argv, cwd, env, mark, user = 'agent', tty, hasOpenInput } = launch;
  const drop = [...dropped[user], `--groups=${mark}`, '--no-new-privs', '--inh-caps=-all'];
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const input = hasOpenInput ? 'open' : 'whole';
  const shell = ['/bin/bash', '-p', '-c', enter, 'matrx', String(processLimit()), cwd, input, ...argv];
  const terminal = tty === undefined ? [] : terminalWords(tty);
  const words = [...drop, '--', ...giveWay, ...terminal, '/usr/bin/env', '-i', ...assignments, ...shell];
  return ['/usr/bin/setpriv', words];
}

/** The arguments for what an order names: a string goes to a login shell, whatever it begins with; arguments are taken as they are. */
export const argumentsOf = (order: { command?: string | undefined; argv?: readonly string[] | undefined }) =>
  order.argv ?? ['/bin/bash', '-lc', '--', order.command ?? ''];

/** Where a command starts; by text alone, since no path of a user is looked at here. */
export const workingDirectory = (home: string, cwd: string | undefined): string => posix.resolve(home, cwd ?? '.');

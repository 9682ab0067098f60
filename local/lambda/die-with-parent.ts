import { spawnSync } from 'node:child_process';

let supported: boolean | undefined;

/**
 * The command line of a process that the kernel kills when this one dies, even while it is stopped.
 * Without util-linux's setpriv it is the command as it is, which has to notice by itself.
 */
export function dieWithParent(command: readonly string[]): readonly string[] {
  supported ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { stdio: 'ignore' }).status === 0;
  return supported ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command] : command;
}

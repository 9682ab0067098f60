// What a process does between losing its privileges and becoming the command. It has the command's rights already, and an empty
// environment until it makes the command's. A shell, `env` and `nice` would be three programs to start, where Perl, which terminals need
// anyway, is one; and no shell hands on every variable as it was given. It loads nothing: `use strict` alone is a tenth of a start.

import { arch } from 'node:process';
import { giveWay } from './terminal-program.ts';

// Of prlimit, which has not the same on each; 6 is RLIMIT_NPROC, and 2 ENOENT.
const setLimitCall = arch === 'arm64' ? 261 : 302;

// The kernel takes commands before the agent when memory runs out. A folder that can't be entered ends with 126 and a program that
// isn't there with 127, each with a line on stderr, as in a shell. An open input goes through a pipe of the user's own making: whoever
// opened root's named one by `/dev/stdin` after its end would wait for ever. Who carries it is nobody's child, so that no command waits for it.
const program = String.raw`
my ($processes, $cwd, $input, $variables, @command) = @ARGV;
sub fail { my ($code, $what) = @_; print STDERR "matrx: $what: $!\n"; exit $code }

%ENV = map { split /=/, $_, 2 } splice @command, 0, $variables;
umask 022;
${giveWay}
if (open my $file, '>', '/proc/self/oom_score_adj') { print $file 500 }
syscall ${setLimitCall}, 0, 6, pack('Q2', $processes, $processes), 0;
chdir $cwd or fail(126, $cwd);
$ENV{PWD} = $cwd;

if ($input eq 'open') {
  pipe my $from, my $to or fail(126, 'pipe');
  my $starter = fork;
  defined $starter or fail(126, 'fork');
  if ($starter == 0) {
    my $carrier = fork;
    exit if !defined $carrier || $carrier;
    $SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM USR1 USR2 TSTP);
    open STDOUT, '>&', $to;
    exec '/bin/cat';
    exit;
  }
  waitpid $starter, 0;
  open STDIN, '<&', $from;
}
exec { $command[0] } @command;
fail($! == 2 ? 127 : 126, $command[0]);
`;

/** What is done on the way into a command. */
export interface Entry {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether standard input is a pipe that is written to while the command runs. */
  readonly hasOpenInput?: boolean;
}

/** The words that become the command, with its environment and in its folder, where the user may have so many processes. */
export function entryWords({ argv, cwd, env, hasOpenInput }: Entry, processes: number): readonly string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const input = hasOpenInput ? 'open' : 'whole';
  const choices = [String(processes), cwd, input, String(variables.length)];
  return ['/usr/bin/perl', '-e', program, '--', ...choices, ...variables, ...argv];
}

// The process between a command and its pipes when the command has a terminal: it opens one, puts the command on it as the
// leader of a session, and carries bytes. Nothing in an image but Perl's base, which no Debian is without, can make the few
// calls of the kernel that this takes. It has the rights of the command, which therefore owns the terminal, it runs with an
// empty environment, and it ends the way the command did, so that whoever started it sees the command's own end.

import type { TerminalSize } from '../../../../contract/api/commands/command-input.ts';

/** Perl's word for the last place in the line: however many processes a command starts, the agent and the exec agent get their turn to end them. */
export const giveWay = 'setpriority 0, 0, 19;';

// The numbers are Linux's on x86-64 and arm64 alike: 0x40045431 TIOCSPTLCK, 0x80045430 TIOCGPTN, 0x5414 TIOCSWINSZ,
// 0x540E TIOCSCTTY, 0x4000 IUTF8.
const program = String.raw`
use strict;
use Fcntl qw(O_RDWR O_NOCTTY O_NONBLOCK F_GETFL F_SETFL);
use POSIX qw(EAGAIN EINTR WNOHANG);

my ($rows, $cols, @command) = @ARGV;
my $wishes = 3;
$0 = 'terminal';
${giveWay}
my $most = 65536;
sub fail { print STDERR "no terminal: $_[0]: $!\n"; POSIX::_exit(126) }
sub resize { my $size = pack('S4', $_[1], $_[2], 0, 0); ioctl($_[0], 0x5414, $size) }

sysopen(my $near, '/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK) or fail('/dev/ptmx');
my $number = pack('i', 0);
ioctl($near, 0x40045431, $number) or fail('unlock');
ioctl($near, 0x80045430, $number) or fail('number');
my $path = '/dev/pts/' . unpack('i', $number);
resize($near, $rows, $cols) or fail('size');

my $pid = fork();
defined $pid or fail('fork');
if ($pid == 0) {
  POSIX::setsid();
  my $far = POSIX::open($path, O_RDWR);
  defined $far or fail($path);
  POSIX::dup2($far, $_) for 0 .. 2;
  POSIX::close($far) if $far > 3;
  POSIX::close($wishes);
  ioctl(STDIN, 0x540E, 0);
  my $modes = POSIX::Termios->new;
  $modes->getattr(0);
  $modes->setiflag($modes->getiflag | 0x4000);
  $modes->setattr(0, POSIX::TCSANOW());
  exec { $command[0] } @command or fail($command[0]);
}

# What is sent to all of a command is for the command to act on; without the terminal it could not say what it did.
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM USR1 USR2 TSTP TTIN TTOU PIPE);
$SIG{CHLD} = sub { };
fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK);
my ($typed, $printed, $wish, $typing, $wishing, $hungup, $status) = ('', '', '', 1, 1, 0, undef);

sub again { $! == EAGAIN || $! == EINTR }
sub take { my $got = sysread($near, $printed, $_[0], length $printed); $hungup = !defined $got && !again(); return $got }
# Nobody is left to print for: the terminal hangs up, which ends its session.
sub show { my $put = syswrite(STDOUT, $printed); defined $put ? substr($printed, 0, $put, '') : again() || POSIX::_exit(1) }
sub type {
  my $put = syswrite($near, $typed);
  defined $put ? substr($typed, 0, $put, '') : again() || ($typed = '');
}

for (;;) {
  $status = $? if !defined $status && waitpid($pid, WNOHANG) == $pid;
  last if defined $status;
  my ($read, $write) = ('', '');
  vec($read, 0, 1) = 1 if $typing && length $typed < $most;
  vec($read, $wishes, 1) = 1 if $wishing;
  vec($read, fileno $near, 1) = 1 if !$hungup && length $printed < $most;
  vec($write, fileno $near, 1) = 1 if length $typed;
  vec($write, 1, 1) = 1 if length $printed;
  # A terminal that all have closed is found open again only by looking; a command that ends between the look and the wait too.
  my $found = select($read, $write, undef, $hungup ? 0.02 : 0.5);
  $hungup = 0;
  next if $found <= 0;
  take($most) if vec($read, fileno $near, 1);
  show() if vec($write, 1, 1);
  type() if vec($write, fileno $near, 1);
  if (vec($read, 0, 1) && !sysread(STDIN, $typed, $most, length $typed)) { $typing = 0; $typed .= "\x04" }
  if (vec($read, $wishes, 1)) {
    $wishing = POSIX::read($wishes, my $text, 512);
    $wish = substr($wish . $text, -512) if $wishing;
    resize($near, $1, $2) while $wish =~ s/^(\d+) (\d+)\n//;
  }
}

# The kernel still holds what the command printed last. More than it can hold was printed by somebody else.
my $left = 4 * $most;
while ($left > 0) { my $got = take($most); last if !$got; $left -= $got }
while (length $printed) { my $write = ''; vec($write, 1, 1) = 1; select(undef, $write, undef, undef); show() }
POSIX::_exit($status >> 8) if !($status & 127);
# Node takes the end by a real-time signal for an end with 0. A shell says it so too.
POSIX::_exit(128 + ($status & 127)) if ($status & 127) > 31;
$SIG{$_} = 'DEFAULT' for keys %SIG;
kill $status & 127, $$;
POSIX::_exit(128 + ($status & 127));
`;

/** The words before a program that give it a terminal of this size. Sizes as `<rows> <columns>` lines on descriptor 3 change it. */
export const terminalWords = ({ rows, cols }: TerminalSize): readonly string[] => [
  '/usr/bin/perl',
  '-e',
  program,
  '--',
  String(rows),
  String(cols),
];

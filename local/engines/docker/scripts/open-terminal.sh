#!/bin/sh
# Becomes the program in its arguments on this terminal, whose session it leads. Docker's terminals start without a size,
# and nothing else tells which process is behind one: its first line does.
set -eu

stty cols 80 rows 24
echo "session $$"
exec /bin/sh /opt/matrx/bin/run-command.sh "$@"

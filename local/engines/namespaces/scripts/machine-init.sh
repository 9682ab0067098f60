#!/bin/sh
# The first process of a machine: runs the command, passes SIGTERM on to it, reaps what loses its parent, and ends
# with the command's exit code, 128 and the signal's number when a signal ended it. With it the kernel ends all others.
set -eu

told=
child=
trap 'told=yes; kill -TERM "$child" 2>/dev/null || :' TERM

# The list is asynchronous so that `wait` can be interrupted. It starts with SIGINT and SIGQUIT ignored, as shells do;
# Node, which the command is, restores both.
/bin/sh /opt/matrx/bin/run-command.sh "$@" 3>&- &
child=$!
echo ready >&3
# From here on the log is the command's: the shell would write there how its child ended.
exec 3>&- >/dev/null 2>&1

# An interrupted `wait` says nothing of the command: ask again. A shell that has forgotten it by then says 127, and
# what the interrupted one said was the command's own.
code=0
while :; do
  told=
  before=$code
  code=0
  wait "$child" || code=$?
  if [ "$code" -eq 127 ] && [ "$before" -ne 0 ]; then
    code=$before
  fi
  [ "$told" ] || exit "$code"
done

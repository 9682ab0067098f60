#!/bin/sh
# Becomes the machine's command, in its arguments, once the engine writes a line to the standard input: its network is
# ready then. An engine that is gone by then closes it instead. One stream keeps the order of what the command prints.
set -eu

read -r _ || exit 1
exec /bin/sh /opt/matrx/bin/run-command.sh "$@" </dev/null 2>&1

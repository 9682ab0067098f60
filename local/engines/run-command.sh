#!/bin/sh
# Becomes the command in its arguments, with exactly the environment that MACHINE_ENTRY_0 to MACHINE_ENTRY_<n - 1> hold,
# each NAME=value; MACHINE_ENTRIES is n. Variables carry them because arguments are for every user of the host to see,
# and because nothing of a machine's environment may act on the programs that build the machine.
set -eu

entry=$MACHINE_ENTRIES
while [ "$entry" -gt 0 ]; do
  entry=$((entry - 1))
  # Only the number is evaluated.
  eval "value=\$MACHINE_ENTRY_$entry"
  # shellcheck disable=SC2154
  set -- "$value" "$@"
done
exec env -i -- "$@"

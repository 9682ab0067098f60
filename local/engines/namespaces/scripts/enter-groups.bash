#!/bin/bash
# Becomes the command after `--`, as a member of the control groups whose membership files come before it, and with no
# other descriptors than the first five: whatever the service was started with stays out of machines.
set -euo pipefail

# MACHINE_PARENT is the service, where this process is to end with it: one that died before setpriv had asked for the
# signal would leave this process with nobody to end it.
if [ "${MACHINE_PARENT:-$PPID}" -ne "$PPID" ]; then exit 1; fi

while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
# A core file would land on the host, where its kernel says.
ulimit -c 0
for entry in /proc/self/fd/*; do
  descriptor=${entry##*/}
  if [ "$descriptor" -gt 4 ]; then exec {descriptor}>&-; fi
done
exec "$@"

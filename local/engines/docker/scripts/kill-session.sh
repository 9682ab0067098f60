#!/bin/sh
# Ends every process of the session in its argument, and what they start meanwhile.
set -eu

session=$1
found=yes
while [ "$found" ]; do
  found=
  for folder in /proc/[0-9]*; do
    stat=$(cat "$folder/stat" 2>/dev/null) || continue
    # The name in brackets may hold anything. After it come the state, the parent, the group and the session.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    if [ "$4" = "$session" ] && [ "$1" != Z ] && [ "$1" != X ]; then
      kill -KILL "${folder#/proc/}" 2>/dev/null || :
      found=yes
    fi
  done
done

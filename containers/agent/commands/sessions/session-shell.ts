// How a session's `command` runs: by a shell that says at its end where it is and what it exports. What it says comes from the
// command's own process, so it is believed no further than anything else a command prints.

// A number that neither people nor bash use. The text is evaluated with no parameters, as `bash -c` would have it. It is told
// once by the trap, for a shell that exits, and again at the end, for one whose trap was changed; the last one counts.
const program = (descriptor: number): string => `exec 200>&${descriptor}- 
__matrx_tell() { { builtin pwd && builtin printf '\\0' && /usr/bin/env -0 && builtin printf '\\0'; } >&200; } 2>/dev/null
trap '{ __matrx_tell; } 2>/dev/null' EXIT
builtin eval 'builtin set --
'"$1"
{ __matrx_code=$?; __matrx_tell; } 2>/dev/null
builtin exit "$__matrx_code"`;

/**
 * The arguments that run a session's `command`, which tells how it ends on a descriptor. The first one in a session logs in; the
 * later ones go on with what it left, which a profile would set back.
 */
export const sessionArguments = (command: string, descriptor: number, first: boolean): readonly string[] => [
  '/bin/bash',
  first ? '-lc' : '-c',
  program(descriptor),
  '/bin/bash',
  command,
];

interface Source {
  readonly command?: string | undefined;
  readonly argv?: readonly string[] | undefined;
}

/** What may be written down of a command: its first word, where that is the name of a program, and its length. */
export function commandSummary({ command, argv }: Source): { program: string; commandBytes: number } {
  const [first = ''] = argv ?? (command ?? '').trimStart().split(/\s/, 1);
  const { length } = new TextEncoder().encode(command ?? (argv ?? []).join(' '));
  return { program: /^[\w./+-]{1,64}$/.test(first) ? first : '?', commandBytes: length };
}

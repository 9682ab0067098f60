import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';

/** A flag of a verb. */
export interface Flag {
  /** What its value is called in the help; without one it is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** A verb's arguments, understood. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Everything after `--`; undefined when there is no `--`. */
  readonly command: readonly string[] | undefined;
  /** The last value given. */
  text(flag: string): string | undefined;
  all(flag: string): readonly string[];
  on(flag: string): boolean;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, flags: Flags): void {
  const flag = flags[name];
  if (!flag) {
    const near = nearest(name, Object.keys(flags));
    const hint = near ? `did you mean --${near}?` : 'a command to run comes after --';
    throw new UsageError(`unknown flag ${rawName}; ${hint}`);
  }
  if (!flag.value && inlineValue) throw new UsageError(`${rawName} is a switch and takes no value`);
  if (flag.value && value === undefined) throw new UsageError(`${rawName} needs a value: ${rawName} <${flag.value}>`);
  if (flag.value && !inlineValue && value?.startsWith('-')) {
    throw new UsageError(`${rawName} needs a value; one that begins with "-" is written ${rawName}=${value}`);
  }
}

/** Reads arguments by the verb's flags. Throws UsageError that names the argument and the nearest right one. */
export function parseArguments(argv: readonly string[], flags: Flags): Arguments {
  const end = argv.indexOf('--');
  const own = end < 0 ? [...argv] : argv.slice(0, end);
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, short }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
    ]),
  );
  const { tokens, positionals } = parseArgs({ args: own, options, strict: false, tokens: true });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    checkOption(token, flags);
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? '']);
  }
  for (const [name, values] of given) {
    if (values.length > 1 && flags[name]?.value && !flags[name]?.multiple) {
      throw new UsageError(`--${name} is given ${values.length} times, expected once`);
    }
  }
  return {
    positionals,
    command: end < 0 ? undefined : argv.slice(end + 1),
    text: (flag) => given.get(flag)?.at(-1),
    all: (flag) => given.get(flag) ?? [],
    on: (flag) => given.has(flag),
  };
}

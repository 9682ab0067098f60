import type { Flag, Flags } from './arguments/parse-arguments.ts';
import { formatTable } from './output/table.ts';
import { commonFlags, type Verb } from './verb.ts';

function flagRow([name, flag]: [string, Flag]): string[] {
  const short = flag.short ? `-${flag.short}, ` : '    ';
  return [`  ${short}--${name}${flag.value ? ` <${flag.value}>` : ''}`, flag.help];
}

const flagTable = (flags: Flags): string => formatTable(Object.entries(flags).map(flagRow));

/** One line on how a verb is called. */
export const usageOf = (verb: Verb): string => `usage: matrx ${verb.name} ${verb.usage}`;

/** A verb's own page. */
export const verbHelp = (verb: Verb): string =>
  [
    `matrx ${verb.name}: ${verb.summary}`,
    '',
    usageOf(verb),
    '',
    flagTable({ ...verb.flags, ...commonFlags }),
    ...(verb.notes ? ['', ...verb.notes] : []),
  ].join('\n');

/** The first page. */
export const overview = (verbs: readonly Verb[]): string =>
  [
    'matrx: on-demand, isolated Linux machines',
    '',
    'usage: matrx <verb> [flags]',
    '',
    formatTable(verbs.map((verb) => [`  ${verb.name}`, verb.summary])),
    formatTable([
      ['  help <verb>', 'show what a verb takes'],
      ['  --version', 'show the version'],
    ]),
    '',
    'The service is found in MATRX_URL with MATRX_TOKEN or AWS keys, else in .matrx/local.json here or above.',
    '',
    '  id=$(matrx create) && matrx exec $id -- uname -a && matrx rm $id',
  ].join('\n');

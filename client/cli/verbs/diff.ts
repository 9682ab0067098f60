import { CheckpointId } from '../../../contract/api/identifiers.ts';
import type { HomeChange } from '../../../contract/api/storage.ts';
import { openConnection } from '../../connection.ts';
import { diffCheckpoints } from '../../storage/diff-checkpoints.ts';
import { ownUser } from '../../storage/own-user.ts';
import { ownerFlag } from '../arguments/file-place.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { namedUser } from '../arguments/user-id.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { shownName } from '../output/shown-name.ts';
import { formatTable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const header = ['CHANGE', 'TYPE', 'BEFORE', 'AFTER', 'PATH'];

const size = (bytes: number | null): string => (bytes === null ? '-' : formatBytes(bytes));

const row = (one: HomeChange): string[] => [
  one.change,
  one.type,
  size(one.size_before),
  size(one.size_after),
  shownName(one),
];

function twoCheckpoints({ positionals }: Arguments): { readonly from: string; readonly to: string } {
  const [from, to] = positionals;
  if (from === undefined || to === undefined || positionals.length > 2)
    throw new UsageError(`expected two checkpoints, not ${positionals.length}; matrx checkpoints shows yours`);
  const wrong = positionals.find((text) => !CheckpointId.safeParse(text).success);
  if (wrong === undefined) return { from, to };
  throw new UsageError(`"${wrong.slice(0, 60)}" is no checkpoint id, expected ckp_ and 26 characters`);
}

export const diff: Verb = {
  name: 'diff',
  usage: '<checkpoint> <checkpoint> [flags]',
  summary: 'show what is different in the second of two checkpoints of a home',
  flags: ownerFlag,
  notes: ['Times alone do not count. matrx cat <checkpoint> <path> prints a file as it was.'],
  async run(args, terminal) {
    const compared = twoCheckpoints(args);
    const user = namedUser(args);
    const options = connectionOptions(args, terminal);
    const connection = await openConnection(options);
    const { signal } = options;
    const userId = user ?? (await ownUser(connection, signal));
    const changes: HomeChange[] = [];
    for await (const one of diffCheckpoints(connection, { userId, ...compared }, signal)) changes.push(one);
    if (args.on('json')) await terminal.print(JSON.stringify({ ...compared, changes }));
    else if (changes.length > 0) await terminal.print(formatTable([header, ...changes.map(row)]));
    else await terminal.say('nothing is different');
    return 0;
  },
};

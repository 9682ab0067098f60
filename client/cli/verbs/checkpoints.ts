import type { Checkpoint } from '../../../contract/api/storage.ts';
import { openConnection } from '../../connection.ts';
import { listCheckpoints } from '../../storage/list-checkpoints.ts';
import { ownUser } from '../../storage/own-user.ts';
import { optionalUser } from '../arguments/user-id.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { formatTable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const header = ['CHECKPOINT', 'SAVED', 'FILES', 'SIZE', 'WHY', 'BY'];

const row = (one: Checkpoint): string[] => [
  one.checkpoint_id,
  one.saved_at,
  String(one.files),
  formatBytes(one.bytes),
  one.partial ? `${one.cause}, partial` : one.cause,
  one.sandbox_id,
];

export const checkpoints: Verb = {
  name: 'checkpoints',
  usage: '[user] [flags]',
  summary: "list the checkpoints of a user's home, newest first",
  flags: {},
  notes: [
    'Without a user your own. matrx create --from <checkpoint> begins a sandbox with one; matrx diff compares two, and',
    'matrx files and matrx cat read what is in one.',
  ],
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const connection = await openConnection(options);
    const userId = optionalUser(args) ?? (await ownUser(connection, options.signal));
    const found: Checkpoint[] = [];
    for await (const one of listCheckpoints(connection, userId, options.signal)) found.push(one);
    await terminal.print(
      args.on('json') ? JSON.stringify({ checkpoints: found }) : formatTable([header, ...found.map(row)]),
    );
    return 0;
  },
};

import { openConnection } from '../../connection.ts';
import type { OutputOf } from '../../http/send/send.ts';
import { countStorage } from '../../storage/count-storage.ts';
import { ownUser } from '../../storage/own-user.ts';
import { optionalUser } from '../arguments/user-id.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { formatTable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

type Use = OutputOf<'getStorage'>;

const row = (tier: string, { bytes, objects }: Use['hot'], note: string): string[] => [
  tier,
  formatBytes(bytes),
  String(objects),
  note,
];

function describe({ hot, cold, outputs, checkpoints, last_saved_at }: Use): string {
  const saved = last_saved_at === null ? 'never saved' : `saved ${last_saved_at}`;
  return formatTable([
    ['TIER', 'SIZE', 'OBJECTS', ''],
    row('hot', hot, `${checkpoints} checkpoints, ${saved}`),
    row('cold', cold, ''),
    row('outputs', outputs, ''),
  ]);
}

export const storage: Verb = {
  name: 'storage',
  usage: '[user] [flags]',
  summary: 'show what a user has stored: the home with its checkpoints, cold files and kept output',
  flags: {},
  notes: ['Without a user your own. Sizes are those of the objects: packed, and what files share once.'],
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const connection = await openConnection(options);
    const userId = optionalUser(args) ?? (await ownUser(connection, options.signal));
    const onProgress = ({ hot, cold, outputs }: Use) => {
      if (terminal.watched)
        void terminal.say(`${hot.objects + cold.objects + outputs.objects} objects counted so far…`);
    };
    const use = await countStorage(connection, userId, { signal: options.signal, onProgress });
    await terminal.print(args.on('json') ? JSON.stringify(use) : describe(use));
    return 0;
  },
};

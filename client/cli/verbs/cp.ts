import { openConnection } from '../../connection.ts';
import { Files } from '../../files/files.ts';
import { stateFolder } from '../../node/state-folder.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { BegunUploads } from '../copy/begun-uploads.ts';
import { type CopyPlace, copyPlace } from '../copy/copy-place.ts';
import { CopyProgress } from '../copy/copy-progress.ts';
import { pullFiles } from '../copy/pull-files.ts';
import { pushFiles } from '../copy/push-files.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

function places({ positionals }: Arguments): { from: CopyPlace; to: CopyPlace; sandboxId: string } {
  const [from, to, ...more] = positionals.map(copyPlace);
  if (!from || !to || more.length > 0) throw new UsageError('expected two places, as ./notes.txt and <id>:notes.txt');
  const ids = [from, to].flatMap(({ sandboxId }) => sandboxId ?? []);
  const [sandboxId] = ids;
  if (sandboxId === undefined || ids.length !== 1) {
    throw new UsageError(`expected one place in a sandbox, as <id>:path, not ${ids.length}`);
  }
  return { from, to, sandboxId };
}

export const cp: Verb = {
  name: 'cp',
  usage: '<from> <to> [flags]',
  summary: 'copy files and folders into a sandbox, or out of it',
  flags: {},
  notes: [
    'One of the two is <id>:<path>; a relative path there starts at the home. A folder goes with all that is in it.',
    'What is copied goes into <to> where that is a folder, else it gets that name. Each file is whole, or as it was.',
    'Modes are kept; links and devices in a folder are left out, and said so.',
    'A large file whose copy into a sandbox was interrupted goes on where it was, by the same command, for a day.',
  ],
  async run(args, terminal) {
    const { from, to, sandboxId } = places(args);
    const options = connectionOptions(args, terminal);
    const progress = new CopyProgress(terminal);
    const connection = await openConnection(options);
    const work = { files: new Files(connection, sandboxId), progress, signal: options.signal };
    try {
      if (to.sandboxId === undefined) await pullFiles(work, from.path, to.path);
      else {
        const begun = new BegunUploads(stateFolder(), `${connection.url} ${sandboxId}`);
        await pushFiles({ ...work, begun }, from.path, to.path);
      }
    } finally {
      await progress.end();
    }
    const { files, bytes, skipped } = progress.totals;
    if (args.on('json')) await terminal.print(JSON.stringify({ files, bytes, skipped }));
    else await terminal.say(`${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`);
    return 0;
  },
};

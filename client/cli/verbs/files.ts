import type { FileEntry } from '../../../contract/api/files/file-entry.ts';
import { type Connection, openConnection } from '../../connection.ts';
import { pathFields } from '../../files/file-path.ts';
import { pages } from '../../http/pages.ts';
import { send } from '../../http/send/send.ts';
import { listKeptFiles } from '../../storage/list-kept-files.ts';
import { ownUser } from '../../storage/own-user.ts';
import { filePlace, ownerFlag } from '../arguments/file-place.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { shownName } from '../output/shown-name.ts';
import { formatTable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

interface ListOptions {
  readonly depth: number | undefined;
  readonly signal: AbortSignal;
}

const header = ['MODE', 'OWNER', 'SIZE', 'MODIFIED', 'PATH'];
const marks = { file: '', directory: '/', symlink: '@', fifo: '|', socket: '=', device: '#' } as const;

const row = (entry: FileEntry): string[] => [
  entry.mode,
  String(entry.owner),
  entry.type === 'file' ? formatBytes(entry.size) : '-',
  entry.modified_at.slice(0, 19),
  `${shownName(entry)}${marks[entry.type]}`,
];

/** As the API tells them, which the library's names are made from. */
async function* listFiles(connection: Connection, sandboxId: string, path: string, { depth, signal }: ListOptions) {
  const read = (cursor: string | undefined) => {
    const query = { ...pathFields(path), depth, cursor };
    return send(connection, 'listFiles', { params: { sandbox_id: sandboxId }, query }, { signal });
  };
  for await (const page of pages(read)) yield* page.entries;
}

export const files: Verb = {
  name: 'files',
  usage: '<id> [path] [flags]',
  summary: 'list a folder of a sandbox or of a checkpoint, its home where none is named',
  flags: { depth: { value: 'levels', help: 'how far down (1: what is in the folder itself)' }, ...ownerFlag },
  async run(args, terminal) {
    const { kind, id, user, path = '.' } = filePlace(args);
    const { signal, ...options } = connectionOptions(args, terminal);
    const wanted = { depth: wholeNumber('depth', args.text('depth')), signal };
    const connection = await openConnection(options);
    const listed =
      kind === 'sandbox'
        ? listFiles(connection, id, path, wanted)
        : listKeptFiles(
            connection,
            { userId: user ?? (await ownUser(connection, signal)), checkpointId: id, path },
            wanted,
          );
    const found: FileEntry[] = [];
    for await (const entry of listed) found.push(entry);
    if (args.on('json')) await terminal.print(JSON.stringify({ entries: found }));
    else if (found.length > 0) await terminal.print(formatTable([header, ...found.map(row)]));
    else await terminal.say('the folder is empty');
    return 0;
  },
};

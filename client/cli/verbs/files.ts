import { Buffer } from 'node:buffer';
import { openConnection } from '../../connection.ts';
import type { FileInfo } from '../../files/file-info.ts';
import type { FilePath } from '../../files/file-path.ts';
import { Files } from '../../files/files.ts';
import { sandboxPath } from '../arguments/sandbox-path.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { formatTable, printable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const header = ['MODE', 'OWNER', 'SIZE', 'MODIFIED', 'PATH'];
const marks = { file: '', directory: '/', symlink: '@', fifo: '|', socket: '=', device: '#' } as const;

const shown = (path: FilePath): string => printable(Buffer.from(path as string).toString());

const row = ({ mode, owner, size, modifiedAt, path, type }: FileInfo): string[] => [
  mode,
  String(owner),
  type === 'file' ? formatBytes(size) : '-',
  modifiedAt.toISOString().slice(0, 19),
  `${shown(path)}${marks[type]}`,
];

const forJson = (info: FileInfo) => ({
  path: shown(info.path),
  type: info.type,
  size: info.size,
  mode: info.mode,
  owner: info.owner,
  modified_at: info.modifiedAt,
});

export const files: Verb = {
  name: 'files',
  usage: '<id> [path] [flags]',
  summary: 'list a folder of a sandbox, its home where none is named',
  flags: { depth: { value: 'levels', help: 'how far down (1: what is in the folder itself)' } },
  async run(args, terminal) {
    const { sandboxId, path = '.' } = sandboxPath(args);
    const options = connectionOptions(args, terminal);
    const depth = wholeNumber('depth', args.text('depth'));
    const found: FileInfo[] = [];
    const list = new Files(await openConnection(options), sandboxId).list(path, { depth, signal: options.signal });
    for await (const info of list) found.push(info);
    if (args.on('json')) await terminal.print(JSON.stringify({ entries: found.map(forJson) }));
    else if (found.length > 0) await terminal.print(formatTable([header, ...found.map(row)]));
    else await terminal.say('the folder is empty');
    return 0;
  },
};

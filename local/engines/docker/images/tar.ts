import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

interface Owned {
  /** Without a slash at the start. */
  readonly path: string;
  readonly mode: number;
  /** User and group id. @default 0 */
  readonly owner?: number;
}

/** What an archive holds: a folder, a link, or a file with this content or that of a file of the host. */
export type TarEntry = Owned &
  (
    | { readonly folder: true }
    | { readonly target: string }
    | { readonly content: string | Buffer }
    | { readonly from: string }
  );

const blockBytes = 512;
const longestName = 100;

const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;

/** A header of POSIX's ustar format; times are the epoch, so that equal content makes equal archives. */
function header(
  name: Buffer,
  { mode, owner = 0 }: Pick<Owned, 'mode' | 'owner'>,
  kind: string,
  size: number,
  target = '',
): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block, 0, 0, longestName);
  const fields: [offset: number, text: string][] = [
    [100, octal(mode, 8)],
    [108, octal(owner, 8)],
    [116, octal(owner, 8)],
    [124, octal(size, 12)],
    [136, octal(0, 12)],
    // The checksum is taken with blanks in its own place.
    [148, ' '.repeat(8)],
    [156, kind],
    [157, target],
    [257, 'ustar\x0000'],
  ];
  for (const [offset, text] of fields) block.write(text, offset, 'latin1');
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
    'latin1',
  );
  return block;
}

const padding = (size: number) => Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);

/** What comes before the header of an entry whose name is too long for one: GNU's form, which Docker reads. */
function* longName(name: Buffer): Generator<Buffer> {
  if (name.length <= longestName) return;
  const content = Buffer.concat([name, Buffer.alloc(1)]);
  yield header(Buffer.from('././@LongLink'), { mode: 0o644 }, 'L', content.length);
  yield content;
  yield padding(content.length);
}

async function* encodeEntry(entry: TarEntry): AsyncGenerator<Buffer> {
  const name = Buffer.from('folder' in entry ? `${entry.path}/` : entry.path);
  yield* longName(name);
  if ('folder' in entry) yield header(name, entry, '5', 0);
  else if ('target' in entry) yield header(name, entry, '2', 0, entry.target);
  else yield* encodeFile(name, entry);
}

async function* encodeFile(
  name: Buffer,
  entry: Extract<TarEntry, { content: unknown } | { from: unknown }>,
): AsyncGenerator<Buffer> {
  if ('content' in entry) {
    const content = Buffer.from(entry.content);
    yield header(name, entry, '0', content.length);
    yield content;
    yield padding(content.length);
    return;
  }
  const { size } = await stat(entry.from);
  yield header(name, entry, '0', size);
  // A file that grows meanwhile must not shift what follows; one that shrinks is refused by its reader.
  if (size > 0) yield* createReadStream(entry.from, { end: size - 1 });
  yield padding(size);
}

/** A tar archive of the entries, in their order. Fails as it is read when a file of the host can't be. */
export function tarArchive(entries: Iterable<TarEntry>): Readable {
  return Readable.from(
    (async function* () {
      for (const entry of entries) yield* encodeEntry(entry);
      yield Buffer.alloc(2 * blockBytes);
    })(),
    { objectMode: false },
  );
}

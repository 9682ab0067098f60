import { Buffer } from 'node:buffer';
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { BatchFile, Files } from '../../files/files.ts';
import { inTurn } from '../../files/in-turn.ts';
import { printable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import type { BegunUploads } from './begun-uploads.ts';
import { below, lastName, toFilePath } from './byte-path.ts';
import type { CopyProgress } from './copy-progress.ts';
import { type LocalFile, localFiles } from './local-files.ts';
import { pushLargeFile } from './push-large-file.ts';
import { withPath } from './with-path.ts';

interface Push {
  readonly files: Files;
  readonly begun: BegunUploads;
  readonly progress: CopyProgress;
  readonly signal: AbortSignal;
}

/** Work that goes on beside other work: one large file, or some small ones in one call. */
type Load = readonly LocalFile[];

const atOnce = 4;
const smallBytes = 64 * 1024;
// As base64 and with their names they fit into one call.
const batchBytes = 2 * 1024 * 1024;

const typeOf = (stats: Stats): string => (stats.isSymbolicLink() ? 'symlink' : 'no file and no folder');

const modeOf = ({ stats }: LocalFile): string => (stats.mode & 0o777).toString(8).padStart(3, '0');

async function isFolder({ files, signal }: Push, path: string): Promise<boolean> {
  try {
    return (await files.stat(path, { signal })).type === 'directory';
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'file_not_found') return false;
    throw error;
  }
}

/** Folders are made as they come, files gathered into loads. */
async function* loads(push: Push, from: Buffer, to: Buffer): AsyncGenerator<Load> {
  const { files, progress, signal } = push;
  let [small, bytes]: [LocalFile[], number] = [[], 0];
  for await (const local of localFiles(from)) {
    const { stats } = local;
    if (stats.isDirectory()) {
      const folder = below(to, local.under);
      await withPath(folder, () => files.mkdir(toFilePath(folder), { mode: modeOf(local), signal }));
    } else if (!stats.isFile()) await progress.skip(printable(local.path.toString()), typeOf(stats));
    else if (stats.size > smallBytes) yield [local];
    else {
      small.push(local);
      bytes += stats.size;
      if (bytes < batchBytes && small.length < limits.files.batch / 2) continue;
      yield small;
      [small, bytes] = [[], 0];
    }
  }
  if (small.length > 0) yield small;
}

async function send({ files, begun, progress, signal }: Push, load: Load, to: Buffer): Promise<void> {
  const [only] = load;
  if (load.length === 1 && only !== undefined) {
    const options = { mode: modeOf(only), signal, onProgress: progress.meter() };
    const target = below(to, only.under);
    await withPath(target, () => pushLargeFile({ files, begun }, only, target, options), only.path);
    progress.file();
    return;
  }
  const batch: BatchFile[] = [];
  for (const local of load) {
    const data = await withPath(local.path, async () => new Uint8Array(await readFile(local.path)));
    batch.push({ path: toFilePath(below(to, local.under)), data, mode: modeOf(local) });
  }
  await files.writeMany(batch, { signal });
  for (const { data } of batch) {
    progress.meter()({ bytes: data.length });
    progress.file();
  }
}

/** Copies a file, or a folder with all that is below it, into a sandbox: into `to` where that is a folder, else under that name. */
export async function pushFiles(push: Push, from: string, to: string): Promise<void> {
  const source = Buffer.from(from);
  const stats = await stat(source).catch((cause) => {
    throw new UsageError(`${printable(from)} can't be read: ${cause.code ?? cause}`);
  });
  const into = (stats.isFile() && to.endsWith('/')) || (await isFolder(push, to));
  const target = into ? below(Buffer.from(to), lastName(source)) : Buffer.from(to);
  await inTurn(loads(push, source, target), atOnce, (load) => send(push, load, target));
}

import { SandboxError } from '../../contract/api/errors.ts';
import { toBase64 } from '../commands/output/base64.ts';
import type { Connection } from '../connection.ts';
import { pages } from '../http/pages.ts';
import type { FileData } from './file-data.ts';
import { type FileInfo, toFileInfo, toWrittenFile, type WrittenFile } from './file-info.ts';
import { type FilePath, pathFields } from './file-path.ts';
import { type FileMatch, type SearchOptions, searchFiles } from './search-files.ts';
import { type DownloadOptions, downloadFile, type FileDownload } from './transfers/download-file.ts';
import type { RangeOptions } from './transfers/read-range.ts';
import { type ResumeOptions, resumeUpload } from './transfers/resume-upload.ts';
import type { UploadOptions } from './transfers/upload-file.ts';
import type { FileTransport } from './transport/file-transport.ts';
import { httpFiles } from './transport/http-files.ts';
import { type FileChange, type WatchOptions, watchFiles } from './watch-files.ts';
import { writeFile } from './write-file.ts';

export interface FileCallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListFilesOptions extends FileCallOptions {
  /** How far down. @default 1: what is in the folder itself */
  readonly depth?: number | undefined;
  /** Entries read by one request, 1 to 1000; the iteration goes through all of them. @default 200 */
  readonly pageSize?: number | undefined;
}

export interface BatchFile {
  readonly path: FilePath;
  readonly data: string | Uint8Array;
  readonly mode?: string | undefined;
}

async function joined(download: FileDownload): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(download.size);
  let at = 0;
  for await (const chunk of download) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const toBatchEntry = ({ path, data, mode }: BatchFile) => ({
  ...pathFields(path),
  ...(typeof data === 'string' ? { data } : { data: toBase64(data), encoding: 'base64' as const }),
  mode,
});

/** The files of one sandbox, as its user has them. Relative paths start at the home. */
export class Files {
  readonly #connection: Connection;
  readonly #sandboxId: string;
  readonly #transport: FileTransport;

  /** What is large goes by way of storage, whichever the transport. */
  constructor(connection: Connection, sandboxId: string, transport: FileTransport = httpFiles(connection)) {
    this.#connection = connection;
    this.#sandboxId = sandboxId;
    this.#transport = transport;
  }

  /**
   * The bytes of a file, or of a range of it, checked by their hash. A whole file that is too large for one answer comes by way of
   * storage; `download` gives it piece by piece.
   */
  async read(path: FilePath, options: RangeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#transport.read(this.#sandboxId, path, options);
    } catch (error) {
      const isWhole = options.offset === undefined && options.length === undefined;
      if (!isWhole || !(error instanceof SandboxError) || error.code !== 'too_large') throw error;
      return joined(await this.download(path, options));
    }
  }

  /** A file as text. What is not UTF-8 in it is replaced by U+FFFD. */
  async readText(path: FilePath, options: RangeOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.read(path, options));
  }

  /**
   * Writes a file of up to 5 GB, whole or not at all, with the folders above it. Resolves when it is in its place. What is larger
   * than 4 MB, or has no known size and turns out to be, goes by way of storage, some parts at once.
   */
  write(path: FilePath, data: FileData, options: UploadOptions = {}): Promise<WrittenFile> {
    const place = { connection: this.#connection, sandboxId: this.#sandboxId, transport: this.#transport };
    return writeFile(place, path, data, options);
  }

  /**
   * Goes on with a `write` that broke off, by the id that its `onUpload` heard, with the same data: what storage has of it already is
   * not sent again. Also from another process.
   */
  resumeUpload(uploadId: string, data: FileData, options: ResumeOptions = {}): Promise<WrittenFile> {
    const params = { sandbox_id: this.#sandboxId, upload: uploadId };
    return resumeUpload(this.#connection, params, data, options);
  }

  /** Has a file of up to 5 GB put to storage; iterating what it resolves with fetches it, piece by piece, and checks the whole. */
  download(path: FilePath, options: DownloadOptions = {}): Promise<FileDownload> {
    return downloadFile(this.#connection, this.#sandboxId, path, options);
  }

  /** Changes in a folder, until the signal aborts or the loop is left; begun anew where the service lets go. */
  watch(path: FilePath = '.', options: WatchOptions = {}): AsyncGenerator<FileChange, void, void> {
    return watchFiles(this.#connection, this.#sandboxId, path, options);
  }

  /** Files by their name, lines by their content, or the lines of files with such names, as they are found. */
  search(path: FilePath, options: SearchOptions): AsyncGenerator<FileMatch, { readonly truncated: boolean }, void> {
    return searchFiles(this.#connection, this.#sandboxId, path, options);
  }

  /** What is at a path; of a link, the link itself. Throws `file_not_found`. */
  async stat(path: FilePath, options: FileCallOptions = {}): Promise<FileInfo> {
    return toFileInfo(await this.#transport.ask('statFile', { ...this.#in(), query: pathFields(path) }, options));
  }

  /** Whether there is anything at a path. */
  async exists(path: FilePath, options: FileCallOptions = {}): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof SandboxError && error.code === 'file_not_found') return false;
      throw error;
    }
  }

  /** What is in a folder, and below it as far as `depth` says, in the order of names, page after page as it is asked for. */
  async *list(path: FilePath = '.', options: ListFilesOptions = {}): AsyncGenerator<FileInfo, void, void> {
    const { depth, pageSize, signal } = options;
    const read = (cursor: string | undefined) => {
      const query = { ...pathFields(path), depth, limit: pageSize, cursor };
      return this.#transport.ask('listFiles', { ...this.#in(), query }, { signal });
    };
    for await (const { entries } of pages(read)) for (const entry of entries) yield toFileInfo(entry);
  }

  /** Gives another name, within one file system; in the place of what is there unless `overwrite` is false. */
  async move(
    from: FilePath,
    to: FilePath,
    options: FileCallOptions & { readonly overwrite?: boolean | undefined } = {},
  ): Promise<FileInfo> {
    const body = { from: pathFields(from), to: pathFields(to), overwrite: options.overwrite };
    return toFileInfo(await this.#transport.ask('moveFile', { ...this.#in(), body }, options));
  }

  /** Makes a folder and those above it; one that is there already is as good, unless `parents` is false. */
  async mkdir(
    path: FilePath,
    options: FileCallOptions & { readonly parents?: boolean | undefined; readonly mode?: string | undefined } = {},
  ): Promise<FileInfo> {
    const body = { ...pathFields(path), parents: options.parents, mode: options.mode };
    return toFileInfo(await this.#transport.ask('makeFolder', { ...this.#in(), body }, options));
  }

  /** Sets the mode, in octal: `755`. */
  async chmod(path: FilePath, mode: string, options: FileCallOptions = {}): Promise<FileInfo> {
    const body = { ...pathFields(path), mode };
    return toFileInfo(await this.#transport.ask('changeMode', { ...this.#in(), body }, options));
  }

  /** Removes a file, a link, or an empty folder; with `recursive` a full one. Resolves with how many entries went. */
  async remove(
    path: FilePath,
    options: FileCallOptions & { readonly recursive?: boolean | undefined } = {},
  ): Promise<number> {
    const recursive = options.recursive ? ('true' as const) : undefined;
    const query = { ...pathFields(path), recursive };
    return (await this.#transport.ask('removeFile', { ...this.#in(), query }, options)).removed;
  }

  /** Writes many small files in one call, in turn; those before one that fails stay written. Together at most 4 MB of JSON. */
  async writeMany(files: readonly BatchFile[], options: FileCallOptions = {}): Promise<readonly WrittenFile[]> {
    const body = { files: files.map(toBatchEntry) };
    const answer = await this.#transport.ask('writeFiles', { ...this.#in(), body }, options);
    return answer.files.map(toWrittenFile);
  }

  #in() {
    return { params: { sandbox_id: this.#sandboxId } };
  }
}

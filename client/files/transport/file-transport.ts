import type { InputOf, OutputOf, SendOptions } from '../../http/send/send.ts';
import type { FilePath } from '../file-path.ts';
import type { RangeOptions } from '../transfers/read-range.ts';

/** What is done with files by one question and one answer. */
export type FileQuestion =
  | 'writeFile'
  | 'writeFiles'
  | 'listFiles'
  | 'statFile'
  | 'moveFile'
  | 'makeFolder'
  | 'changeMode'
  | 'removeFile';

/** A way that small files, and questions about all of them, go to a sandbox. */
export interface FileTransport {
  /** Asks and resolves with the answer; repeats what may be repeated. Throws as `send` does. */
  ask<Name extends FileQuestion>(name: Name, input: InputOf<Name>, options: SendOptions): Promise<OutputOf<Name>>;

  /** The bytes of a file or of a range of it, whole. Throws `too_large` for more than 4 MB. */
  read(sandboxId: string, path: FilePath, options: RangeOptions): Promise<Uint8Array<ArrayBuffer>>;
}

// What the helper can be asked for. Inputs are those of the agent's API, paths among them, with the home beside them.

import type {
  ChangeMode,
  HashFile,
  ListFiles,
  MakeFolder,
  MoveFile,
  ReadFile,
  RemoveFile,
  SearchFiles,
  WatchFiles,
  WriteFile,
} from '../../../../contract/agent/files.ts';
import type { FilePath } from '../../../../contract/api/files/file-entry.ts';
import type { HomeInputs } from '../../home/wire/home-operations.ts';

/** Marks what a write has in its folder until it is whole. Whoever knows it can take it away. */
interface Token {
  readonly token: string;
}

export interface HelperInputs extends HomeInputs {
  readonly stat: FilePath;
  readonly read: ReadFile;
  readonly write: WriteFile & Token;
  readonly discard: FilePath & Token;
  readonly list: ListFiles;
  readonly hash: HashFile;
  readonly move: MoveFile;
  readonly makeFolder: MakeFolder;
  readonly changeMode: ChangeMode;
  readonly remove: RemoveFile;
  readonly watch: WatchFiles;
  readonly search: SearchFiles;
}

export type HelperOperation = keyof HelperInputs;

/** To which bytes are sent before there is an answer. */
export const takesBytes: ReadonlySet<HelperOperation> = new Set(['write', 'stageHome', 'layContents', 'placeHome']);

/** The payload of an `open`. */
export interface OpenCall<O extends HelperOperation = HelperOperation> {
  readonly operation: O;
  readonly home: string;
  readonly input: HelperInputs[O];
}

/** The payload of a `failed`: prose does not cross. */
export interface Failure {
  readonly code: string;
  /** The kernel's name for it, as in ENOENT. */
  readonly errno?: string;
}

import type { FileWritten } from '../../../../contract/agent/files.ts';
import type { PlannedPart, SignedPart } from '../../../../contract/api/files/transfers.ts';

/** A file in storage that is made of parts. */
export interface PartedFile {
  readonly key: string;
  /** Storage's own name for the making of it. */
  readonly storageId: string;
}

export interface StoredPart extends PlannedPart {
  readonly etag: string;
}

/** Who is to use a URL: they reach storage by different names. */
export type Reader = 'caller' | 'agent';

/** Files on their way. Everything is under one prefix, and gone after a day. All of it throws `storage_unavailable`. */
export interface TransferStorage {
  begin(key: string): Promise<PartedFile>;
  signPart(file: PartedFile, part: PlannedPart, by: Reader): Promise<SignedPart>;
  /** Undefined when there is no such file in the making: it is joined, or gone. */
  parts(file: PartedFile): Promise<readonly StoredPart[] | undefined>;
  join(file: PartedFile, parts: readonly StoredPart[]): Promise<void>;
  /** Of a file that is joined. */
  sizeOf(key: string): Promise<number | undefined>;
  /** `name`: what a browser calls the file. */
  signRead(key: string, by: Reader, name?: string): Promise<{ readonly url: string; readonly expires_at: string }>;
  /** Whatever there is of it. Harmless to repeat. */
  remove(file: PartedFile): Promise<void>;
}

export interface UploadRecord {
  readonly upload_id: string;
  readonly sandbox_id: string;
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
  readonly mode?: string | undefined;
  readonly overwrite: boolean;
  readonly storage: PartedFile;
  readonly expires_at: string;
  /** Once it has landed. */
  readonly file: FileWritten | null;
}

export interface UploadRecords {
  save(record: UploadRecord): Promise<void>;
  get(sandboxId: string, uploadId: string): Promise<UploadRecord | undefined>;
  remove(sandboxId: string, uploadId: string): Promise<void>;
}
